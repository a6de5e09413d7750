import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ConflictError } from '../errors.ts';

/*
 * A file of JSON lines: what it is, then rows by table, each table after those that it refers to, then
 * how many rows there were. Bytes are in base64; what is sealed stays sealed, and data keys wrapped.
 */

const header = z.object({
  patchbay: z.object({ format: z.literal(1), version: z.string(), migration: z.string() }),
});
const row = z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) });
const footer = z.object({ end: z.object({ rows: z.number() }) });

export type Header = z.infer<typeof header>['patchbay'];
export type Row = z.infer<typeof row>;

/** Yields the rows of a file. @throws ConflictError when it is not one of ours, or not whole. */
export async function* readRows(
  path: string,
  checkHeader: (header: Header) => void,
): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  let isWhole = false;
  for await (const line of lines) {
    number += 1;
    const value: unknown = parse(line, path, number);
    if (number === 1) {
      checkHeader(require(header.safeParse(value), path, number).patchbay);
      continue;
    }
    const end = footer.safeParse(value);
    if (end.success) isWhole = end.data.end.rows === number - 2;
    else yield require(row.safeParse(value), path, number);
  }
  if (!isWhole) throw new ConflictError(`${path} is not whole: its end is missing.`);
}

function parse(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw notOurs(path, number);
  }
}

function require<Value>(
  parsed: { success: true; data: Value } | { success: false },
  path: string,
  number: number,
): Value {
  if (parsed.success) return parsed.data;
  throw notOurs(path, number);
}

function notOurs(path: string, number: number): ConflictError {
  return new ConflictError(`${path} is not an export of Patchbay: see its line ${number}.`);
}
