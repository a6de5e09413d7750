import { v7 } from 'uuid';

/** Creates an id for a row: a UUID of version 7, greater than all earlier ids of this process. */
export function newId(): string {
  return v7();
}
