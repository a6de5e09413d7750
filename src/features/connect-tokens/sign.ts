import { type CryptoKey, importPKCS8, SignJWT } from 'jose';
import {
  type ConnectTokenClaims,
  connectTokenHeader,
  connectTokenLife,
} from '../../core/access/connect-token.ts';
import type { Deps } from '../../core/deps/deps.ts';
import {
  type DataKeyColumns,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-key.columns.ts';
import { makeFirstKey, placeOfPrivateKey } from './signing-keys.ts';

/** The key that signs at present. It is opened for each signature and cached nowhere. */
export type Signer = { kid: string; issuer: string; key: CryptoKey };

/** Returns the key that signs for the `PUBLIC_URL` of this server. It creates the first one. */
export async function loadSigner(deps: Deps): Promise<Signer> {
  const found = await findSigner(deps);
  if (found !== undefined) return found;
  await makeFirstKey(deps);
  const made = await findSigner(deps);
  if (made === undefined) throw new Error('A signing key was made and is not there.');
  return made;
}

/** Signs the claims of a connect token (RFC 7515, RFC 7519). */
export function signConnectToken({ kid, key }: Signer, claims: ConnectTokenClaims) {
  return new SignJWT(claims).setProtectedHeader(connectTokenHeader(kid)).sign(key);
}

/*
 * Skips a key that would not outlive its signature, and a key that is only published, if there is another
 * one.
 */
const statement = `
  SELECT s.id, s.private_key AS "privateKey", ${dataKeyColumns('k', 'key')}
  FROM signing_key s JOIN data_key k ON k.id = s.private_key_data_key_id
  WHERE s.issuer = $1
    AND (s.verifies_until IS NULL OR s.verifies_until > now() + make_interval(secs => $2))
  ORDER BY s.signs_from > now(), s.signs_from DESC, s.id DESC LIMIT 1`;

type Row = { id: string; privateKey: Uint8Array } & DataKeyColumns<'key'>;

async function findSigner({ sql, vault, config }: Deps): Promise<Signer | undefined> {
  const issuer = config.publicUrl;
  const [row] = await sql<Row>('find-signer', statement, [issuer, connectTokenLife]);
  const dataKey = row && readDataKey(row, 'key');
  if (!row || !dataKey) return undefined;
  const opened = await vault.open(dataKey, placeOfPrivateKey(row.id), row.privateKey);
  return { kid: row.id, issuer, key: await importPKCS8(opened.toString(), 'RS256') };
}
