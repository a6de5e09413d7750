import { readFileSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportAll } from '../../src/core/transfer/export.service.ts';
import { importAll } from '../../src/core/transfer/import.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { makeFolder } from '../helpers/process.ts';
import { masterKeys, useServer } from '../helpers/server.ts';

const keys = createLocalKeyProvider(masterKeys);
const version = { version: '1.2.3', migration: 'the newest' };
const path = join(makeFolder(), 'everything.jsonl');
const server = useServer();
let target: Database;
let whole: string;
beforeAll(async () => {
  await server.createKey({ role: 'viewer', name: 'of two\u2028lines' });
  await exportAll(server.database, keys, version, (text) => appendFile(path, text));
  whole = readFileSync(path, 'utf8');
  target = await openTestDatabase();
});
afterAll(async () => {
  await target.close();
});

function importText(text: string, held = keys): Promise<number> {
  const changed = join(makeFolder(), 'changed.jsonl');
  writeFileSync(changed, text);
  return importAll(target.db, held, { path: changed, migration: version.migration });
}

const lines = () => whole.slice(0, -1).split('\n');
const joined = (changed: readonly string[]) => `${changed.join('\n')}\n`;
const indexOf = (table: string) => lines().findIndex((line) => line.includes(`"table":"${table}"`));

const changes: Record<string, () => string> = {
  'a role that is higher': () => whole.replace('"role":"viewer"', '"role":"admin"'),
  'a row that was removed, and the count with it': () => {
    const rows = lines().length - 3;
    const without = lines().toSpliced(indexOf('access_key'), 1);
    return joined(without).replace(`{"end":{"rows":${rows}}}`, `{"end":{"rows":${rows - 1}}}`);
  },
  'a row that was added': () =>
    joined(lines().toSpliced(indexOf('access_key'), 0, lines()[indexOf('access_key')] ?? '')),
  'two rows in the other order': () => {
    const at = indexOf('access_key');
    const [one = '', two = ''] = lines().slice(at, at + 2);
    return joined(lines().toSpliced(at, 2, two, one));
  },
  'a blank in a row': () => whole.replace('"row":{', '"row": {'),
  'another line end': () => whole.replaceAll('\n', '\r\n'),
  'a line after the end': () => `${whole}{"table":"organization","row":{}}\n`,
  'an empty line after the end': () => `${whole}\n`,
  'an end that is missing': () => joined(lines().slice(0, -1)),
  'both last lines missing': () => joined(lines().slice(0, -2)),
  'half a last line': () => whole.slice(0, -20),
  'half a file': () => whole.slice(0, whole.length / 2),
  'the header of another version': () => whole.replace('"1.2.3"', '"1.2.4"'),
  'another MAC': () => whole.replace(/(?<="mac":")./, (letter) => (letter === 'A' ? 'B' : 'A')),
  'an empty MAC': () => whole.replace(/"mac":"[^"]*"/, '"mac":""'),
  'a second end': () => joined(lines().toSpliced(-1, 0, '{"end":{"rows":0}}')),
  'a line that is not JSON': () => joined(lines().toSpliced(3, 0, '{')),
  'an invalid row': () => joined(lines().toSpliced(3, 0, '{"__proto__":{"table":"lease"}}')),
};

test.each(Object.keys(changes))(
  'an import refuses a file with %s and imports nothing',
  async (name) => {
    const text = changes[name]?.() ?? '';
    expect(text).not.toBe(whole);
    await expect(importText(text)).rejects.toThrow(
      /changed\.jsonl (was changed or cut|is incomplete).*Nothing was imported/,
    );
    expect(await target.db.organization.count()).toBe(0);
  },
);

test('an import refuses a file without a MAC, as earlier versions wrote it, and says what to do', async () => {
  const header = '{"patchbay":{"format":1,"version":"0.9.0","migration":"the newest"}}';
  const old = joined([header, ...lines().slice(1, -1)]);
  await expect(importText(old)).rejects.toThrow(/by version 0\.9\.0.*export it again/);
  await expect(importText('{"other":"file"}\n')).rejects.toThrow('is not an export of Patchbay');
  await expect(importText('')).rejects.toThrow('is not an export of Patchbay');
});

test('an import refuses a file whose master key is missing or another', async () => {
  const key = Buffer.alloc(32, 8).toString('base64');
  const other = createLocalKeyProvider(`test:${key}`);
  await expect(importText(whole, other)).rejects.toThrow('"test" is not the one');
  const missing = createLocalKeyProvider(`k9:${key}`);
  await expect(importText(whole, missing)).rejects.toThrow('"test" is missing');
  // A MAC with a key of the attacker proves nothing.
  const forged = whole.replace(/"kid":"test"/, '"kid":"k9"');
  await expect(importText(forged, missing)).rejects.toThrow('"k9" is not the one');
});

test('an import accepts an exported file with a key ring that contains its master key', async () => {
  const ring = createLocalKeyProvider(
    `new:${Buffer.alloc(32, 9).toString('base64')},${masterKeys}`,
  );
  expect(await importText(whole, ring)).toBe(lines().length - 3);
  const names = await target.db.accessKey.findMany({ select: { name: true } });
  expect(names).toContainEqual({ name: 'of two\u2028lines' });
});
