import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What a build was made from; the last thing that it writes. */
export const stampFile = join(root, 'dist', 'sources.sha256');

const files = ['package.json', 'package-lock.json'];
const folders = ['src', 'prisma'];

/** One hash of all that a build reads, without what it generates. Takes a few hundredths of a second. */
export async function hashSources() {
  const listed = await Promise.all(folders.map((folder) => list(join(root, folder))));
  const paths = [...files.map((name) => join(root, name)), ...listed.flat()].sort();
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  const hash = createHash('sha256');
  for (const [index, content] of contents.entries()) {
    hash.update(`${relative(root, paths[index])}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function list(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/]generated[\\/]/.test(path));
}
