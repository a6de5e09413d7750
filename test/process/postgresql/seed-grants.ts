import { v7 as uuidv7 } from 'uuid';
import { sealedConfig } from '../../../src/core/connection-config/sealed-config.ts';
import { createLocalKeyProvider } from '../../../src/core/vault/key-provider.ts';
import { createVault } from '../../../src/core/vault/vault.ts';
import { sealTokens } from '../../../src/oauth/refresh/grant.ts';
import { type Database, openDatabase } from '../../../src/platform/db/database.ts';
import { shippedType } from '../../catalog/sample-configs.ts';
import { google } from '../../helpers/connections.ts';
import { insertRows } from '../../helpers/insert-rows.ts';
import type { Environment } from '../../helpers/process.ts';
import type { Issued } from '../../helpers/providers/oauth-provider.state.ts';

/** The rows of one statement. */
const chunk = 500;

type Wanted = { projectId: string; tokenHost: string; issued: readonly Issued[] };

/**
 * Stores an active connection for each set of tokens, sealed as the server seals them but past its
 * API, which would take minutes for thousands. None of them is due. Returns their ids.
 */
export async function seedGrants(
  { DATABASE_URL, MASTER_KEYS = '' }: Environment,
  { issued, ...where }: Wanted,
): Promise<string[]> {
  const database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: undefined });
  try {
    const seal = await createSeal(database, MASTER_KEYS, where);
    const rows = issued.map(seal);
    for (let at = 0; at < rows.length; at += chunk)
      await store(database, rows.slice(at, at + chunk));
    return rows.map(({ connection }) => connection.id);
  } finally {
    await database.close();
  }
}

async function createSeal(
  { db, sql }: Database,
  masterKeys: string,
  { projectId, tokenHost }: Omit<Wanted, 'issued'>,
) {
  const { organizationId } = await db.project.findUniqueOrThrow({ where: { id: projectId } });
  const vault = createVault(sql, createLocalKeyProvider(masterKeys));
  const key = await vault.sealingKey(projectId);
  const planned = { type: shippedType(google), halves: { config: {}, secrets: {} } };
  const life = 3_600;
  return ({ accessToken, refreshToken = '' }: Issued) => {
    const id = uuidv7();
    const place = { organizationId, projectId, id };
    const sealed = sealedConfig(vault, key, place, planned);
    const tokens = sealTokens(vault, key, place, {
      accessToken,
      refreshToken,
      tokenType: 'Bearer',
    });
    const naming = { id, projectId, name: id, nameFolded: id };
    const times = {
      accessTokenLife: life,
      accessTokenExpiresAt: new Date(Date.now() + life * 1_000),
    };
    return {
      connection: { ...naming, ...sealed.connection, status: 'active' as const },
      secret: { connectionId: id, ...sealed.secret },
      grant: {
        connectionId: id,
        tokens,
        tokensDataKeyId: key.id,
        scopes: ['read'],
        wantedScopes: ['read'],
        ...times,
        refreshable: true,
        tokenHost,
        nextRefreshAt: null,
      },
    };
  };
}

type Rows = ReturnType<Awaited<ReturnType<typeof createSeal>>>[];

function store({ db }: Database, rows: Rows): Promise<void> {
  return insertRows(db, {
    connection: rows.map(({ connection }) => connection),
    connection_secret: rows.map(({ secret }) => secret),
    oauth_grant: rows.map(({ grant }) => grant),
  });
}
