import type { TestProject } from 'vitest/node';
import { makePglite } from './make-pglite.ts';
import { makePostgresql } from './make-postgresql.ts';
import type {} from './test-database.ts';

/** Makes the source databases of the run's projects, of both kinds at once. */
export default async function setup(root: TestProject): Promise<() => Promise<unknown>> {
  const kinds = root.vitest.projects.map(({ config }) => config.provide.testedKind);
  const url = process.env.TEST_DATABASE_URL;
  const [pglite, postgresql] = await Promise.all([
    kinds.includes('pglite') ? makePglite() : undefined,
    kinds.includes('postgresql') && url !== undefined ? makePostgresql(url) : undefined,
  ]);
  root.provide('testDatabases', {
    ...(pglite && { pglite: pglite.source }),
    ...(postgresql && { postgresql: postgresql.source }),
  });
  return () => Promise.all([pglite?.remove(), postgresql?.remove()]);
}
