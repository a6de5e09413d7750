import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openSealed, type SealContext, seal, VaultError } from '../../src/core/vault/sealed.ts';

const keyId = randomUUID();
const key = randomBytes(32);
const place: SealContext = {
  organizationId: randomUUID(),
  projectId: randomUUID(),
  table: 'connection',
  rowId: randomUUID(),
  column: 'config',
};
const plaintext = Buffer.from('{"api_key":"…"}');
const sealed = seal(keyId, key, place, plaintext);

const openElsewhere = (change: Partial<SealContext>) => () =>
  openSealed(keyId, key, { ...place, ...change }, sealed);

test('a sealed value opens in its place', () => {
  expect(openSealed(keyId, key, place, sealed)).toEqual(plaintext);
  const nothing = seal(keyId, key, place, Buffer.alloc(0));
  expect(openSealed(keyId, key, place, nothing)).toEqual(Buffer.alloc(0));
});

test('a sealed value opens from a plain Uint8Array and from a part of a larger buffer', () => {
  const large = new Uint8Array(sealed.length + 20);
  large.set(sealed, 10);
  const part = large.subarray(10, 10 + sealed.length);
  expect(openSealed(keyId, key, place, part)).toEqual(plaintext);
});

test('the same plaintext is sealed to different bytes each time', () => {
  const all = Array.from({ length: 500 }, () => seal(keyId, key, place, plaintext));
  expect(new Set(all.map((value) => Buffer.from(value).toString('hex'))).size).toBe(500);
  expect(new Set(all.map((value) => Buffer.from(value.slice(17, 29)).toString('hex'))).size).toBe(
    500,
  );
});

describe('a sealed value does not open', () => {
  test.each([
    ['another organization', { organizationId: randomUUID() }],
    ['another project', { projectId: randomUUID() }],
    ['no project', { projectId: null }],
    ['another table', { table: 'connection_secret' }],
    ['another row', { rowId: randomUUID() }],
    ['another column', { column: 'tokens' }],
  ])('in %s', (_what, change) => {
    expect(openElsewhere(change)).toThrow(VaultError);
    expect(openElsewhere(change)).toThrow(keyId);
  });

  test('in a place whose parts are equal when joined', () => {
    const joined = seal(keyId, key, { ...place, table: 'ab', rowId: 'c', column: 'd' }, plaintext);
    for (const [table, rowId, column] of [
      ['a', 'bc', 'd'],
      ['abc', '', 'd'],
      ['ab', 'cd', ''],
      ['', 'abc', 'd'],
    ] as const) {
      const elsewhere = { ...place, table, rowId, column };
      expect(() => openSealed(keyId, key, elsewhere, joined)).toThrow(VaultError);
    }
  });

  test('with another key or the id of another key', () => {
    expect(() => openSealed(keyId, randomBytes(32), place, sealed)).toThrow(VaultError);
    const other = randomUUID();
    expect(() => openSealed(other, key, place, sealed)).toThrow(`Key ${other} does not open`);
  });

  test('with any byte changed', () => {
    for (let index = 0; index < sealed.length; index += 1) {
      const damaged = Uint8Array.from(sealed);
      damaged[index] = (damaged[index] ?? 0) ^ 0x80;
      expect(() => openSealed(keyId, key, place, damaged), `byte ${index}`).toThrow(VaultError);
    }
  });

  test('with bytes removed or added', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openSealed(keyId, key, place, sealed.slice(0, length))).toThrow(VaultError);
    }
    expect(() => openSealed(keyId, key, place, Buffer.concat([sealed, Buffer.of(0)]))).toThrow(
      VaultError,
    );
  });
});

test('the error names the key and not the value', () => {
  try {
    openSealed(keyId, key, { ...place, column: 'other' }, sealed);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ name: 'VaultError', keyId });
    expect(String(error)).not.toContain('api_key');
  }
});
