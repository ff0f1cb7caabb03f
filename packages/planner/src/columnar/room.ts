// Memory for what is read and decompressed.
import type { PageArea } from "./desk.ts";
import type { Unsnap } from "./unsnap.ts";

export type Room = (bytes: number) => Uint8Array<ArrayBuffer>;

export const newRoom: Room = (bytes) => new Uint8Array(bytes);

/** Memory that is used again: what was in it before is gone. */
export function reusedRoom(): Room {
  let room = new Uint8Array(0);
  return (bytes) => {
    // Pages are about alike in size, so a little more than asked for spares the next one.
    if (room.length < bytes) room = new Uint8Array(bytes + (bytes >> 3));
    return room.subarray(0, bytes);
  };
}

/** Of one column, from row group to row group: what is read of the file, and what its Snappy pages become, one over the other. */
export interface ColumnRooms {
  readonly file: Room;
  readonly unsnap: Unsnap;
  /** Where both lie, for a column that has a place on the desk. */
  readonly area?: PageArea;
}
