import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import type { Database, ScriptSession } from './database.ts';
import { PrismaClient } from './generated/client.ts';
import { listenPglite } from './listen.ts';
import { clientOptions } from './prisma-options.ts';
import { pgliteSql } from './sql.ts';

/** The major version of PostgreSQL in the pinned PGlite. It can open only folders of this version. */
export const embeddedMajor = '18';

/**
 * The parameters of the embedded database. By default PostgreSQL fills 128 MB of buffers with zeros at every
 * start, which took half of the start. The operating system caches the files anyway.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

/** Opens the embedded database in the folder `db/` of `dataDir`, or a database in memory. */
export async function openPglite(dataDir: string | undefined, given?: PGlite): Promise<Database> {
  const pglite =
    given ??
    (dataDir === undefined ? await PGlite.create({ startParams }) : await openFolder(dataDir));
  pglite.serializers[types.BYTEA] = toHex;
  pglite.parsers[types.BYTEA] = fromHex;
  await pglite.exec("SET TIME ZONE 'UTC'");
  const db = new PrismaClient({ adapter: new PrismaPGlite(pglite), ...clientOptions });
  const sql = pgliteSql(pglite);
  return {
    kind: 'pglite',
    db,
    sql,
    listen: listenPglite(pglite),
    ping: async () => void (await sql('ping', 'SELECT 1', [])),
    close: async () => {
      await db.$disconnect();
      if (!pglite.closed) await pglite.close();
    },
    openSession: async () => openPgliteSession(pglite),
  };
}

/**
 * Returns the one session of PGlite. Closing it releases the locks and settings of the scripts, but the
 * session itself stays open for all other statements.
 */
function openPgliteSession(pglite: PGlite): ScriptSession {
  return {
    run: async (script) => {
      try {
        await pglite.exec(script);
      } catch (error) {
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
    close: async () =>
      void (await pglite.exec('RESET lock_timeout; SELECT pg_advisory_unlock_all()')),
  };
}

/* PGlite's own conversion creates a string for each byte: it takes most of a second for 1 MiB. */
function toHex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return `\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`;
}

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

async function openFolder(dataDir: string): Promise<PGlite> {
  const folder = join(dataDir, 'db');
  if (!existsSync(folder)) await createFolder(dataDir, folder);
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '(unknown)');
  const major = version.trim();
  if (major === embeddedMajor) return PGlite.create(folder, { startParams });
  throw new Error(
    `${folder} was written by PostgreSQL ${major}; this version of Patchbay embeds PostgreSQL ` +
      `${embeddedMajor}, which cannot open it. Export the data with the version that wrote it, and ` +
      'import it into an empty folder.',
  );
}

/**
 * Creates the folder under another name and then renames it, so that a first start that is killed can be
 * repeated.
 */
async function createFolder(dataDir: string, folder: string): Promise<void> {
  const unfinished = join(dataDir, 'db.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const pglite = await PGlite.create(unfinished, { startParams });
  await pglite.close();
  await rename(unfinished, folder);
}
