import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { ConfigError, ConflictError } from '../../platform/errors.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { findMasterKeyComplaint, type MasterKeyRow } from '../vault/master-keys.ts';

/*
 * The format of an export: a file of JSON lines. The first line describes the file. Then come the rows by
 * table, each table after those that it refers to, then the number of rows, then a MAC (HMAC-SHA256) over
 * every byte before that last line. Bytes are in base64. Sealed values stay sealed, and data keys stay
 * wrapped. A person who can write to the file but does not have the master key cannot change, remove,
 * reorder or add a line unnoticed.
 */

const exportFormat = 2;
const macPurpose = 'patchbay export mac v1';

const anyHeader = z.object({ patchbay: z.object({ format: z.number(), version: z.string() }) });
const header = z.object({
  patchbay: z.object({
    format: z.literal(exportFormat),
    version: z.string(),
    migration: z.string(),
    masterKey: z.object({ kid: z.string(), checkValue: z.base64() }),
  }),
});
const row = z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) });
const footer = z.object({ end: z.object({ rows: z.number() }) });

export type Version = { version: string; migration: string };
export type ExportedRow = z.infer<typeof row>;

/**
 * Writes the lines of a file and, at the end, their MAC under a key that is derived from the master key.
 */
export async function startFile(
  keys: KeyProvider,
  { kid, checkValue }: MasterKeyRow,
  { version, migration }: Version,
  write: (lines: string) => Promise<void>,
) {
  const mac = createHmac('sha256', await keys.derive(kid, macPurpose));
  const writeLines = async (lines: string) => {
    const text = `${lines}\n`;
    mac.update(text);
    await write(text);
  };
  const masterKey = { kid, checkValue: Buffer.from(checkValue).toString('base64') };
  await writeLines(
    JSON.stringify({ patchbay: { format: exportFormat, version, migration, masterKey } }),
  );
  return {
    writeLines,
    end: async (rows: number) => {
      await writeLines(JSON.stringify({ end: { rows } }));
      await write(macLine(mac).toString());
    },
  };
}

/**
 * Reads the first line of a file: the version that wrote it and the master key that proves the rest.
 *
 * @returns the key of the file's MAC. @throws ConflictError if the file is not an export of this version,
 * ConfigError if the master key is not held.
 */
export async function openFile(
  path: string,
  keys: KeyProvider,
  migration: string,
): Promise<Buffer> {
  for await (const line of readLines(path)) {
    const value = parseLine(line);
    const any = anyHeader.safeParse(value);
    if (!any.success) break;
    const { version } = any.data.patchbay;
    if (any.data.patchbay.format < exportFormat) {
      throw new ConflictError(
        `${path} was exported by version ${version}, which did not prove that a file is unchanged. Import it with that version, then export it again with this one.`,
      );
    }
    const parsed = header.safeParse(value);
    if (!parsed.success || parsed.data.patchbay.migration !== migration) {
      const at = parsed.success ? ` (${parsed.data.patchbay.migration})` : '';
      throw new ConflictError(
        `${path} was exported by version ${version}${at}, this one is at ${migration}. Import it with that version, then start this one.`,
      );
    }
    const { kid, checkValue } = parsed.data.patchbay.masterKey;
    const stored = { kid, checkValue: Buffer.from(checkValue, 'base64'), isInUse: true };
    const complaint = await findMasterKeyComplaint(keys, stored);
    if (complaint !== undefined) throw new ConfigError(complaint);
    return keys.derive(kid, macPurpose);
  }
  throw new ConflictError(`${path} is not an export of Patchbay: see its line 1.`);
}

/**
 * Yields the rows of a file. Only after the last one is it proven that the file is what was exported.
 *
 * @throws ConflictError if it is not.
 */
export async function* readRows(path: string, macKey: Buffer): AsyncGenerator<ExportedRow> {
  const mac = createHmac('sha256', macKey);
  let number = 0;
  let counted: number | undefined;
  let isProven = false;
  for await (const line of readLines(path)) {
    number += 1;
    if (isProven) throw changed(path, number);
    if (line.subarray(0, macStart.length).equals(macStart)) {
      isProven = counted === number - 3 && isSameMac(line, macLine(mac));
      if (!isProven) throw changed(path);
      continue;
    }
    mac.update(line);
    if (number === 1) continue; // openFile has already read the first line
    const value = parseLine(line);
    const parsed = row.safeParse(value);
    if (parsed.success && counted === undefined) {
      yield parsed.data;
      continue;
    }
    const end = footer.safeParse(value);
    if (!end.success) throw changed(path, number);
    counted = end.data.end.rows;
  }
  if (!isProven) throw new ConflictError(`${path} is incomplete: its end is missing. ${whatToDo}`);
}

const macLine = (mac: Hmac) => Buffer.from(`${JSON.stringify({ mac: mac.digest('base64') })}\n`);
const macStart = Buffer.from('{"mac":');

function isSameMac(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Yields lines with their line ends, byte by byte, because the MAC is over bytes. */
async function* readLines(path: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end + 1)]);
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}

const whatToDo = 'Nothing was imported: use another copy of the file, or export again.';

function changed(path: string, number?: number): ConflictError {
  const where = number === undefined ? '' : `: see its line ${number}`;
  return new ConflictError(`${path} was changed or cut since it was exported${where}. ${whatToDo}`);
}
