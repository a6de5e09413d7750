import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlQuery } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** What the adapter hides, and the migrations need. */
type Inner = { performIO(query: SqlQuery): Promise<pg.QueryArrayResult> };

const { CHAR, TEXT } = pg.types.builtins;

/**
 * The adapter over a pool of one session, which `dispose` ends. Its `executeScript` sends the script
 * as it is: the package's own cuts it at every semicolon, those inside of functions included.
 */
export async function postgresqlMigrationAdapter(pool: pg.Pool): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  adapter.executeScript = async (script) => {
    await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
  };
  adapter.queryRaw = queryWithCharacters(adapter);
  return adapter;
}

/** Reads the catalogs' type "char", which the adapter refuses and in which the engine reads them. */
function queryWithCharacters(adapter: SqlDriverAdapter): SqlDriverAdapter['queryRaw'] {
  const { queryRaw, performIO } = adapter as SqlDriverAdapter & Inner;
  return async (query) => {
    const characters: number[] = [];
    const inner: Inner = Object.create(adapter);
    inner.performIO = async (sent) => {
      const result = await performIO.call(adapter, sent);
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID !== CHAR) continue;
        field.dataTypeID = TEXT;
        characters.push(index);
      }
      return result;
    };
    const answer = await queryRaw.call(inner as unknown as SqlDriverAdapter, query);
    for (const index of characters) answer.columnTypes[index] = ColumnTypeEnum.Character;
    return answer;
  };
}
