import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** The user to run a program as; empty for the current user. */
export type Account = { uid?: number; gid?: number };

/** Finds the user for PostgreSQL, which refuses to run as root: then the one that its package made. */
export function findAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (line === null) throw new Error('As root, a user "postgres" is needed to run PostgreSQL.');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

/** Finds the folder of the server's programs: PostgreSQL 15 of Debian, or else any installed version. */
export function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const majors = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = ['15', ...majors].map((major) => join(debian, major, 'bin'));
  folders.push(...(process.env.PATH ?? '').split(delimiter));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  return found ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
}

/** Finds a free port. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
