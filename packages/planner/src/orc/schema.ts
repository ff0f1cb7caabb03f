// The types of a file: a tree in which every node is a column of its own number, and the columns of its rows by name.
import type { Fault } from "./error.ts";
import { SCHEMA_DEPTH_MAX } from "./limits.ts";
import type { Message } from "./protobuf.ts";

const KINDS = [
  "boolean",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "float",
  "double",
  "string",
  "binary",
  "timestamp",
  "array",
  "map",
  "struct",
  "uniontype",
  "decimal",
  "date",
  "varchar",
  "char",
  "timestamp with local time zone",
] as const;
/** As Hive spells them. */
export type Kind = (typeof KINDS)[number];

/** One node of the tree as the footer has it. */
export interface Type {
  readonly kind: Kind;
  /** Numbers of the nodes below this one. */
  readonly subtypes: readonly number[];
  /** Of a struct. */
  readonly fieldNames: readonly string[];
  /** Of varchar and char; 0 for others. */
  readonly maximumLength: number;
  /** Of decimal. */
  readonly precision: number;
  readonly scale: number;
}

/** A column of the file's rows. */
export interface Column {
  /** Empty where the file's rows are no structs: they are this column's values then. */
  readonly name: string;
  /** Its number in the type tree, by which streams and statistics name it. */
  readonly id: number;
  readonly kind: Kind;
  /** In full, as Hive spells it: `bigint`, `array<struct<a:int>>`. */
  readonly type: string;
}

export function parseType(message: Message, fault: Fault): Type {
  let kind = 0;
  let maximumLength = 0;
  let precision = 0;
  let scale = 0;
  const subtypes: number[] = [];
  const fieldNames: string[] = [];
  while (message.next()) {
    if (message.field === 1) kind = message.uint();
    else if (message.field === 2) message.uints(subtypes);
    else if (message.field === 3) fieldNames.push(message.text());
    else if (message.field === 4) maximumLength = message.uint();
    else if (message.field === 5) precision = message.uint();
    else if (message.field === 6) scale = message.uint();
  }
  const name = KINDS[kind];
  if (name === undefined) throw fault(`has a column of the type number ${kind}, which is not known`);
  return { kind: name, subtypes, fieldNames, maximumLength, precision, scale };
}

const CHILDREN: Partial<Record<Kind, number>> = { array: 1, map: 2 };

/** The columns of the rows. Throws where the nodes are no tree. */
export function schemaColumns(types: readonly Type[], fault: Fault): Column[] {
  const root = types[0];
  if (root === undefined) return [];
  const hasParent = new Set<number>();
  for (const [id, type] of types.entries()) {
    const wanted =
      type.kind === "struct" ? type.fieldNames.length : type.kind === "uniontype" ? type.subtypes.length : (CHILDREN[type.kind] ?? 0);
    if (type.subtypes.length !== wanted)
      throw fault(`has ${type.subtypes.length} types below its ${type.kind} (type ${id}), not ${wanted}`);
    for (const below of type.subtypes) {
      // A node's number is greater than that of the node above it: so there are no circles.
      if (below <= id || below >= types.length || hasParent.has(below))
        throw fault(`has types that are no tree (type ${below} below type ${id})`);
      hasParent.add(below);
    }
  }
  if (hasParent.size !== types.length - 1) throw fault("has types that belong to no column");
  const column = (name: string, id: number): Column => ({ name, id, kind: (types[id] as Type).kind, type: typeName(types, id, 0, fault) });
  if (root.kind !== "struct") return [column("", 0)];
  return root.subtypes.map((id, i) => column(root.fieldNames[i] as string, id));
}

function typeName(types: readonly Type[], id: number, depth: number, fault: Fault): string {
  if (depth > SCHEMA_DEPTH_MAX) throw fault(`has types within types, more than ${SCHEMA_DEPTH_MAX} deep`);
  const { kind, subtypes, fieldNames, maximumLength, precision, scale } = types[id] as Type;
  if (kind === "varchar" || kind === "char") return `${kind}(${maximumLength})`;
  if (kind === "decimal") return `decimal(${precision},${scale})`;
  if (subtypes.length === 0 && kind !== "struct" && kind !== "uniontype") return kind;
  const below = subtypes.map((subtype) => typeName(types, subtype, depth + 1, fault));
  return `${kind}<${kind === "struct" ? below.map((name, i) => `${fieldNames[i]}:${name}`).join(",") : below.join(",")}>`;
}
