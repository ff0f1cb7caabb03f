// The columns of one stripe by our own names. What nobody looks at is not even read from the file.

import type { BooleanCells, NumberCells, ReportCells, TextCells } from "../columnar/cells.ts";
import { AREA_COLUMNS, type AreaColumn, Desk } from "../columnar/desk.ts";
import { type Room, reusedRoom } from "../columnar/room.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { Cursor, CursorRooms } from "./cursor.ts";
import { DictionaryCursor } from "./dictionary-cursor.ts";
import { DirectCursor } from "./direct-cursor.ts";
import { OrcError } from "./error.ts";
import type { OrcFile } from "./file.ts";
import { BooleanCursor, NumberCursor, TimeCursor } from "./number-cursors.ts";
import type { Column, Kind } from "./schema.ts";
import type { Stripe } from "./stripe.ts";

const TEXTS: readonly Kind[] = ["string", "varchar", "char", "binary"];
/** Of all columns that are no text. */
const KINDS: Partial<Record<ColumnName, readonly Kind[]>> = {
  isLatest: ["boolean"],
  isDeleteMarker: ["boolean"],
  size: ["bigint", "int"],
  lastModified: ["timestamp", "timestamp with local time zone"],
};

/** The file's columns by our names. Throws where they are not those of the manifest's fileSchema, or not of their types. */
export function reportColumns(file: OrcFile, input: Pick<DataFileInput, "columns">): Map<ColumnName, Column> {
  const columns = new Map<ColumnName, Column>();
  for (const name of Object.keys(input.columns.at) as ColumnName[]) {
    const [column] = file.columns([COLUMNS[name].parquet]);
    if (column === undefined) continue;
    const kinds = KINDS[name] ?? TEXTS;
    if (!kinds.includes(column.kind)) throw new OrcError(file.name, { column: column.name }, `is a ${column.type}, not a ${kinds[0]}`);
    columns.set(name, column);
  }
  return columns;
}

/** Memory for the chunks of each column, from stripe to stripe, and from file to file. */
export class Rooms {
  readonly desk: Desk;
  readonly #rooms = new Map<string, Room>();

  constructor(desk = new Desk()) {
    this.desk = desk;
  }

  of(name: ColumnName): CursorRooms {
    return {
      area: isAreaColumn(name) ? this.desk.area(name) : undefined,
      of: (kind) => {
        const key = `${name} ${kind}`;
        const room = this.#rooms.get(key) ?? reusedRoom();
        this.#rooms.set(key, room);
        return room;
      },
    };
  }
}

const isAreaColumn = (name: ColumnName): name is AreaColumn => (AREA_COLUMNS as readonly ColumnName[]).includes(name);

export interface StripeCells {
  readonly cells: ReportCells;
  /** After the stripe's last row: throws where a column that was read to its end has more values than the stripe has rows. */
  finish(): void;
}

/** The stripe's columns before its first row. Those of the stripe before, in the same rooms, are done with. */
export function openCells(stripe: Stripe, columns: ReadonlyMap<ColumnName, Column>, rooms: Rooms): StripeCells {
  const cursors: Cursor[] = [];
  const open = <C extends Cursor>(name: ColumnName, make: (...of: ConstructorParameters<typeof NumberCursor>) => C): C | undefined => {
    const column = columns.get(name);
    if (column === undefined) return undefined;
    const cursor = make(stripe.later(column), stripe.rows, rooms.of(name));
    cursors.push(cursor);
    return cursor;
  };
  const text = (name: ColumnName): TextCells | undefined =>
    open(name, (streams, ...rest) =>
      streams.encoding.kind.startsWith("DICTIONARY") ? new DictionaryCursor(streams, ...rest) : new DirectCursor(streams, ...rest),
    );
  const boolean = (name: ColumnName): BooleanCells | undefined => open(name, (...of) => new BooleanCursor(...of));
  const size: NumberCells | undefined = open("size", (...of) => new NumberCursor(...of));
  const lastModified: NumberCells | undefined = open("lastModified", (...of) => new TimeCursor(...of));
  return {
    cells: {
      bucket: text("bucket"),
      key: text("key"),
      versionId: text("versionId"),
      etag: text("etag"),
      storageClass: text("storageClass"),
      encryption: text("encryption"),
      accessTier: text("accessTier"),
      lockMode: text("lockMode"),
      legalHold: text("legalHold"),
      acl: text("acl"),
      owner: text("owner"),
      isLatest: boolean("isLatest"),
      isDeleteMarker: boolean("isDeleteMarker"),
      size,
      lastModified,
    },
    finish() {
      for (const cursor of cursors) cursor.finish();
    },
  };
}
