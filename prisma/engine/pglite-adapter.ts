import { messages, type PGlite } from '@electric-sql/pglite';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

/**
 * The adapter with an `executeScript` that ends when the script has ended and fails when it fails:
 * the package's own does not wait, so that a broken migration counts as applied.
 */
export async function pgliteMigrationAdapter(pglite: PGlite): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPGlite(pglite).connect();
  adapter.executeScript = async (script) => {
    try {
      await pglite.exec(script);
    } catch (error) {
      await pglite.exec('ROLLBACK');
      throw toAdapterError(error);
    }
  };
  return adapter;
}

function toAdapterError(error: unknown): unknown {
  if (!(error instanceof messages.DatabaseError)) return error;
  const { code = '', severity = '', message, detail, column, hint } = error;
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    detail,
    column,
    hint,
  });
}
