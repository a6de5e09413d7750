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

/* Files and folders with secrets: only their owner can read them, and no link leads elsewhere. */

const fileMode = 0o600;
const folderMode = 0o700;
/** The mode bit of folders that users share, such as /tmp. */
const stickyBit = 0o1000;

/** Creates and opens a private file. It fails with EEXIST if anything has its name, even a link. */
export function openNewPrivateFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', fileMode);
}

/**
 * Writes a private file under its name, whatever had that name before, and waits until it is on the disk.
 * The file gets a mode of its own, replaces a link instead of following it, and is never there
 * incompletely.
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

/**
 * Makes the rename durable: without this, a loss of power may undo it. It is best effort, because not
 * every system can open a folder.
 */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/**
 * Reads a private file, and closes it to other users if it was open to them; undefined if it does not
 * exist.
 *
 * @throws ConfigError if it is a link or not a file.
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

/** The names that DATA_DIR can contain; `lost+found` is at the root of a volume. */
const ownFileNames = new Set([
  'db',
  'db.unfinished',
  'lock.json',
  'unsaved',
  'lost+found',
  ...['master-keys', 'bootstrap-access-key'].flatMap((name) => [name, `${name}.unfinished`]),
]);

/**
 * Creates DATA_DIR so that only its owner can enter it, or closes an existing folder to other users.
 *
 * @throws ConfigError if other users can enter it, and closing it fails or might harm them.
 */
export async function makeDataFolder(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true, mode: folderMode })) !== undefined) {
    await chmod(path, folderMode); // the umask may have removed permissions of the owner
    return;
  }
  const { mode } = await stat(path);
  if (isOpenToOthers({ mode })) await closeToOthers(path, mode);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
}

async function closeToOthers(path: string, mode: number): Promise<void> {
  const others = (await readdir(path)).filter((name) => !ownFileNames.has(name));
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

/** Windows uses access lists instead of modes. */
function isOpenToOthers({ mode }: { mode: number }): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
