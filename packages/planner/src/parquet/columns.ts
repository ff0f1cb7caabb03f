// The columns of one row group by our own names, each a cursor that reads nothing until it is sent to a row.

import type { FileBytes } from "../columnar/bytes.ts";
import { AREA_COLUMNS, type AreaColumn, Desk } from "../columnar/desk.ts";
import { type ColumnRooms, reusedRoom } from "../columnar/room.ts";
import { newUnsnap } from "../columnar/unsnap.ts";
import type { ColumnName } from "../source/columns.ts";
import { BooleanCursor } from "./booleans.ts";
import type { Cursor } from "./cursor.ts";
import type { RowGroup } from "./footer.ts";
import { NumberCursor } from "./numbers.ts";
import { TextCursor } from "./texts.ts";

export const TEXT_COLUMNS = [
  "bucket",
  "key",
  "versionId",
  "etag",
  "storageClass",
  "encryption",
  "accessTier",
  "lockMode",
  "legalHold",
  "acl",
  "owner",
] as const satisfies readonly ColumnName[];
type TextColumn = (typeof TEXT_COLUMNS)[number];

/** A column that the report does not have is undefined. */
export type Columns = { readonly [name in TextColumn]: TextCursor | undefined } & {
  readonly size: NumberCursor | undefined;
  readonly lastModified: NumberCursor | undefined;
  readonly isLatest: BooleanCursor | undefined;
  readonly isDeleteMarker: BooleanCursor | undefined;
};

/** Memory for the pages of each column, from row group to row group, and from file to file. */
export class Rooms {
  readonly desk: Desk;
  readonly #rooms = new Map<ColumnName, ColumnRooms>();

  constructor(desk = new Desk()) {
    this.desk = desk;
  }

  of(name: ColumnName): ColumnRooms {
    let rooms = this.#rooms.get(name);
    if (rooms === undefined) {
      if (isAreaColumn(name)) {
        const area = this.desk.area(name);
        rooms = { file: area.file, unsnap: area.unsnap, area };
      } else rooms = { file: reusedRoom(), unsnap: newUnsnap() };
      this.#rooms.set(name, rooms);
    }
    return rooms;
  }
}

const isAreaColumn = (name: ColumnName): name is AreaColumn => (AREA_COLUMNS as readonly ColumnName[]).includes(name);

/** Throws PlanError where the footer's places cannot be. The columns that were opened before in the same rooms are done with. */
export function openColumns(bytes: FileBytes, group: RowGroup, rooms: Rooms): Columns {
  const number = (name: ColumnName): NumberCursor | undefined => {
    const chunk = group.chunk(name);
    return chunk?.kind.kind === "number" ? new NumberCursor(bytes, chunk, chunk.kind, rooms.of(name)) : undefined;
  };
  const boolean = (name: ColumnName): BooleanCursor | undefined => {
    const chunk = group.chunk(name);
    return chunk === undefined ? undefined : new BooleanCursor(bytes, chunk, rooms.of(name));
  };
  const text = (name: TextColumn): [TextColumn, TextCursor | undefined] => {
    const chunk = group.chunk(name);
    return [name, chunk === undefined ? undefined : new TextCursor(bytes, chunk, rooms.of(name))];
  };
  return {
    ...(Object.fromEntries(TEXT_COLUMNS.map(text)) as { [name in TextColumn]: TextCursor | undefined }),
    size: number("size"),
    lastModified: number("lastModified"),
    isLatest: boolean("isLatest"),
    isDeleteMarker: boolean("isDeleteMarker"),
  };
}

/** After the row group's last row: throws where a column that was looked at has not as many rows as the group. */
export function finishColumns(columns: Columns): void {
  for (const cursor of Object.values(columns) as (Cursor | undefined)[]) if (cursor?.touched === true) cursor.finish();
}
