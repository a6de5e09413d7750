import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** What the adapter hides, and the migrations need. */
type Inner = { performIO(query: unknown): Promise<pg.QueryArrayResult> };

/**
 * The adapter over a pool of one session, which `dispose` ends. Its `executeScript` sends the script
 * as it is: the package's own cuts it at every semicolon, those inside of functions included.
 */
export async function postgresqlMigrationAdapter(pool: pg.Pool): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  adapter.executeScript = async (script) => {
    await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
  };
  // The adapter refuses the catalogs' type "char", in which the engine would read them.
  const inner = adapter as unknown as Inner;
  const performIO = inner.performIO.bind(adapter);
  inner.performIO = async (query) => {
    const result = await performIO(query);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === pg.types.builtins.CHAR) field.dataTypeID = pg.types.builtins.TEXT;
    }
    return result;
  };
  return adapter;
}
