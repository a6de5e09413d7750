import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../../src/platform/db/folder-lock.ts';
import { killProcess, startFile } from './processes.ts';

let parent: string;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'patchbay-lock-'));
  folder = join(parent, 'nested', 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) await killProcess(child);
  await rm(parent, { recursive: true });
});

async function holdElsewhere(platform: string): Promise<ChildProcess> {
  const fixture = join(import.meta.dirname, 'fixtures', 'hold-folder.ts');
  const child = startFile(fixture, folder, platform);
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe.each(['linux', 'darwin'] as const)('on %s', (platform) => {
  test('the folder is created for its owner alone', async () => {
    const lock = await lockFolder(folder, platform);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  test('a second process is refused with the holder, its start and what to do', async () => {
    const child = await holdElsewhere(platform);
    const refusal = await lockFolder(folder, platform).catch((error: Error) => error.message);
    expect(refusal).toContain(`${folder} is in use by process ${child.pid} since `);
    expect(refusal).toMatch(/since \d{4}-\d\d-\d\dT[\d:.]+Z\. .*DATA_DIR.*DATABASE_URL/);
  });

  test('a second process with another path to the folder is refused', async () => {
    await holdElsewhere(platform);
    const other = join(parent, 'link');
    await symlink(folder, other);
    await expect(lockFolder(other, platform)).rejects.toThrow('is in use by process');
  });

  test('a killed process does not hold the folder', async () => {
    await killProcess(await holdElsewhere(platform));
    const lock = await lockFolder(folder, platform);
    await lock.release();
  });

  test('one of two concurrent processes gets the folder', async () => {
    const settled = await Promise.allSettled([
      lockFolder(folder, platform),
      lockFolder(folder, platform),
    ]);
    const locks = settled.filter((one) => one.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
  });
});

test('a lock file whose pid belongs to another process is taken over', async () => {
  await (await lockFolder(folder, 'darwin')).release();
  const stale = { pid: process.ppid, since: '2020-01-01T00:00:00.000Z', started: 'long ago' };
  await writeFile(join(folder, 'lock.json'), JSON.stringify(stale));
  await (await lockFolder(folder, 'darwin')).release();
});
