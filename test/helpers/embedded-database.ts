import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';

const dumps = new Map<string, Promise<Blob>>();

/** Creates an embedded database from a dump. */
export async function makeEmbedded(path: string): Promise<PGlite> {
  const dump = dumps.get(path) ?? readFile(path).then((bytes) => new Blob([bytes]));
  dumps.set(path, dump);
  return PGlite.create({
    loadDataDir: await dump,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=4MB'],
  });
}
