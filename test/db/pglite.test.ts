import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/db/database.ts';
import { applyMigrations } from '../../src/platform/db/migrate.ts';
import { embeddedMajor } from '../../src/platform/db/pglite.ts';
import { testDatabase } from '../setup/test-database.ts';

describe.runIf(testDatabase().kind === 'pglite')('the embedded database', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'patchbay-data-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const open = () => openDatabase({ databaseUrl: undefined, dataDir });

  test('is created in db/ for its owner only, and opened again after a restart', async () => {
    await mkdir(join(dataDir, 'db.unfinished'));
    const first = await open();
    await applyMigrations(first);
    await first.db.lease.create({ data: { name: 'kept', owner: 'o', until: new Date() } });
    await first.close();
    expect(await readdir(dataDir)).toEqual(['db']);
    expect((await stat(join(dataDir, 'db'))).mode & 0o777).toBe(0o700);
    const second = await open();
    expect(await applyMigrations(second)).toEqual({ applied: [] });
    expect(await second.db.lease.count()).toBe(1);
    const [row] = await second.sql<{ major: number }>(
      'major',
      `SELECT current_setting('server_version_num')::int / 10000 AS major`,
      [],
    );
    expect(String(row?.major)).toBe(embeddedMajor);
    await second.close();
  });

  test('of another PostgreSQL major version is not opened, and the error explains why', async () => {
    const version = join(dataDir, 'db', 'PG_VERSION');
    await mkdir(join(dataDir, 'db'));
    await writeFile(version, '17\n');
    await expect(open()).rejects.toThrow(`was written by PostgreSQL 17; this version`);
    expect(await readdir(join(dataDir, 'db'))).toEqual(['PG_VERSION']);
    expect(await readFile(version, 'utf8')).toBe('17\n');
  });
});
