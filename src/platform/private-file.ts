import { constants } from 'node:fs';
import {
  access,
  chmod,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { ConfigError } from './errors.ts';

/* Files and folders that hold secrets: only their owner reads them, and no link leads elsewhere. */

const fileMode = 0o600;
const folderMode = 0o700;
/** Set on folders that users share, such as /tmp. */
const stickyBit = 0o1000;

/** Creates and opens a private file. Fails with EEXIST when anything has its name, a link included. */
export function openNewPrivateFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', fileMode);
}

/**
 * Puts a new private file in the place of whatever has its name, and waits until it is on the disk. It
 * keeps no mode of an older file, removes a link instead of following it, and is never there in part.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await rm(unfinished, { force: true });
  const file = await openNewPrivateFile(unfinished);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}

/** Without this a loss of power may undo the rename. Best effort: not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/**
 * Reads a private file, and closes it to other users if it was open to them; undefined when there is none.
 *
 * @throws ConfigError when it is a link or no file.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'ELOOP' && code !== 'EMLINK') throw error;
    throw new ConfigError(
      `${path} is a link, which is not followed. Replace it with the file itself.`,
    );
  }
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new ConfigError(`${path} is not a file. Move it away.`);
    if (isOpenToOthers(status)) await file.chmod(fileMode).catch(() => {});
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** What DATA_DIR holds; `lost+found` is at the root of a volume. */
const ownNames = new Set([
  ...['db', 'db.unfinished', 'lock.json', 'unsaved', 'lost+found'],
  ...['master-keys', 'bootstrap-access-key'].flatMap((name) => [name, `${name}.unfinished`]),
]);

/**
 * Makes DATA_DIR so that only its owner enters it, or closes an existing folder to other users.
 *
 * @throws ConfigError when other users may enter it, and closing it fails or may harm them.
 */
export async function makeDataFolder(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true, mode: folderMode })) !== undefined) {
    await chmod(path, folderMode); // the umask may have taken rights of the owner
    return;
  }
  const { mode } = await stat(path);
  if (isOpenToOthers({ mode })) await closeToOthers(path, mode);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
}

async function closeToOthers(path: string, mode: number): Promise<void> {
  const others = (await readdir(path)).filter((name) => !ownNames.has(name));
  const isShared = (mode & stickyBit) !== 0 || parse(path).root === path;
  if (isShared || others.length > 0)
    throw openToOthers(path, 'and contains files of something else');
  await chmod(path, folderMode).catch((cause) => {
    throw openToOthers(path, 'and this process may not change its mode', cause);
  });
  if (isOpenToOthers(await stat(path)))
    throw openToOthers(path, 'and its file system does not support modes');
}

function openToOthers(path: string, reason: string, cause?: unknown): ConfigError {
  const message = `DATA_DIR (${path}) is open to other users, ${reason}. Give it to the user of this process with mode 0700 (chown, chmod 700), or set DATA_DIR to another folder.`;
  return new ConfigError(message, { cause });
}

/** Windows has access lists instead of modes. */
function isOpenToOthers({ mode }: { mode: number }): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
