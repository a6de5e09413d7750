import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createLocalKeyProvider,
  createMasterKeyFile,
  readMasterKeyFile,
} from '../../src/core/vault/key-provider.ts';
import { VaultError } from '../../src/core/vault/sealed.ts';
import { ConfigError } from '../../src/platform/errors.ts';

const pair = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`;
const keys = createLocalKeyProvider(`${pair('one')}, ${pair('two')}`);
const context = Buffer.from('context');
const dataKey = randomBytes(32);

test('the master key that wrapped a data key unwraps it', async () => {
  expect(keys.kids).toEqual(['one', 'two']);
  const wrapped = await keys.wrap('two', context, dataKey);
  expect(await keys.unwrap('two', context, wrapped)).toEqual(dataKey);
});

describe('a data key is not unwrapped', () => {
  test('by another or an unknown master key', async () => {
    const wrapped = await keys.wrap('one', context, dataKey);
    await expect(keys.unwrap('two', context, wrapped)).rejects.toThrow(VaultError);
    await expect(keys.unwrap('three', context, wrapped)).rejects.toThrow('Key three');
    await expect(keys.wrap('three', context, dataKey)).rejects.toThrow(VaultError);
  });

  test('in another context', async () => {
    const wrapped = await keys.wrap('one', context, dataKey);
    await expect(keys.unwrap('one', Buffer.from('other'), wrapped)).rejects.toThrow(VaultError);
  });

  test('with a byte changed, removed or added', async () => {
    const wrapped = await keys.wrap('one', context, dataKey);
    for (let index = 0; index < wrapped.length; index += 1) {
      const damaged = Uint8Array.from(wrapped);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      await expect(keys.unwrap('one', context, damaged)).rejects.toThrow(VaultError);
      await expect(keys.unwrap('one', context, wrapped.slice(0, index))).rejects.toThrow(
        VaultError,
      );
    }
    const longer = Buffer.concat([wrapped, Buffer.of(0)]);
    await expect(keys.unwrap('one', context, longer)).rejects.toThrow(VaultError);
  });
});

test('the server does not start when a key id is given twice', () => {
  expect(() => createLocalKeyProvider(`${pair('one')},${pair('one')}`)).toThrow(ConfigError);
});

describe('the key file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchbay-keys-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is created once for its owner only, and read from then on', async () => {
    expect(await readMasterKeyFile(folder)).toBeUndefined();
    const first = await createMasterKeyFile(folder);
    expect(first).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
    expect(await readMasterKeyFile(folder)).toBe(first);
    const file = join(folder, 'master-keys');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).trim()).toBe(first);
  });

  test.each(['', 'k1:', 'k1:AAAA', 'hello'])(
    'that holds %j is refused and not changed',
    async (text) => {
      const file = join(folder, 'master-keys');
      await writeFile(file, text);
      await expect(readMasterKeyFile(folder)).rejects.toThrow(
        'holds no master keys, or not whole ones',
      );
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );
});

test('a key that is derived for one purpose does not reveal the others', async () => {
  const derived = [
    await keys.derive('one', 'a purpose'),
    await keys.derive('one', 'another purpose'),
    await keys.derive('two', 'a purpose'),
  ];
  expect(new Set(derived.map((key) => key.toString('hex'))).size).toBe(3);
  expect(await keys.derive('one', 'a purpose')).toEqual(derived[0]);
  await expect(keys.derive('three', 'a purpose')).rejects.toThrow('Key three');
});
