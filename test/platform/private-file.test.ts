import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  makeDataFolder,
  openNewPrivateFile,
  readPrivateFile,
  writePrivateFile,
} from '../../src/platform/private-file.ts';
import { makeFolder } from '../helpers/process.ts';

let folder: string;
let path: string;
let elsewhere: string;
beforeEach(() => {
  folder = makeFolder();
  path = join(folder, 'secret');
  elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'of somebody else', { mode: 0o644 });
});

const modeOf = (of: string) => statSync(of).mode & 0o7777;

function expectWritten() {
  expect(readFileSync(path, 'utf8')).toBe('a secret');
  expect(lstatSync(path).isFile()).toBe(true);
  expect(modeOf(path)).toBe(0o600);
  expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody else');
  expect(modeOf(elsewhere)).toBe(0o644);
}

describe('writes a private file', () => {
  test('when there is none', async () => {
    await writePrivateFile(path, 'a secret');
    expectWritten();
  });

  test('over an older one without keeping its mode', async () => {
    writeFileSync(path, 'an older and longer secret', { mode: 0o666 });
    chmodSync(path, 0o666);
    await writePrivateFile(path, 'a secret');
    expectWritten();
  });

  test.each(['elsewhere', 'nowhere'])('over a link that leads to %s', async (target) => {
    symlinkSync(join(folder, target), path);
    await writePrivateFile(path, 'a secret');
    expectWritten();
  });

  test('over the rest of an interrupted write, also a link', async () => {
    symlinkSync(elsewhere, `${path}.unfinished`);
    await writePrivateFile(path, 'a secret');
    expectWritten();
  });
});

test.each(['elsewhere', 'nowhere'])(
  'creates no file over a link that leads to %s',
  async (target) => {
    symlinkSync(join(folder, target), path);
    await expect(openNewPrivateFile(path)).rejects.toMatchObject({ code: 'EEXIST' });
  },
);

describe('reads a private file', () => {
  test('and removes the access of other users', async () => {
    writeFileSync(path, 'a secret', { mode: 0o644 });
    expect(await readPrivateFile(path)).toBe('a secret');
    expect(modeOf(path)).toBe(0o600);
  });

  test('and follows no link and reads no folder', async () => {
    expect(await readPrivateFile(path)).toBeUndefined();
    symlinkSync(elsewhere, path);
    await expect(readPrivateFile(path)).rejects.toThrow('secret is a link');
    await expect(readPrivateFile(folder)).rejects.toThrow('is not a file');
  });
});

describe('the data folder', () => {
  let data: string;
  beforeEach(() => {
    data = join(folder, 'data');
  });

  test.each([0o755, 0o750, 0o777, 0o2775, 0o711])(
    'of mode %o loses the access of others',
    async (mode) => {
      mkdirSync(data);
      chmodSync(data, mode);
      for (const name of ['db', 'unsaved']) mkdirSync(join(data, name));
      writeFileSync(join(data, 'master-keys'), '');
      await makeDataFolder(data);
      expect(modeOf(data) & 0o777).toBe(0o700);
    },
  );

  test('loses the access of others also through a link', async () => {
    mkdirSync(data, { mode: 0o755 });
    symlinkSync(data, path);
    await makeDataFolder(path);
    expect(modeOf(data)).toBe(0o700);
  });

  test('that is shared is not changed, and is refused with a message that says what to do', async () => {
    mkdirSync(data);
    chmodSync(data, 0o1777);
    await expect(makeDataFolder(data)).rejects.toThrow(/^DATA_DIR .*is open to other users.*0700/);
    expect(modeOf(data)).toBe(0o1777);
  });

  test('that contains other files is not changed unless it is private to its owner', async () => {
    mkdirSync(data, { mode: 0o755 });
    writeFileSync(join(data, 'index.html'), '');
    await expect(makeDataFolder(data)).rejects.toThrow(
      /files of something else.*DATA_DIR to another folder/,
    );
    expect(modeOf(data)).toBe(0o755);
    chmodSync(data, 0o700);
    await makeDataFolder(data);
  });
});
