import { v7 } from 'uuid';

/** The smallest UUID. No row has it, so that all rows come after it. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/** Creates an id for a row: a UUID of version 7, greater than all earlier ids of this process. */
export function newId(): string {
  return v7();
}
