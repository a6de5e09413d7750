import { createHmac } from 'node:crypto';
import type { Deps } from '../deps/deps.ts';
import { lengthPrefixed } from '../vault/sealed.ts';
import { loadServerSecret } from '../vault/server-secret.ts';

/**
 * What the audit log has in the place of an end user's id: the same for the same user of the same app,
 * and nothing that leads back to them without this server's secret.
 */
export async function hashUserId(deps: Deps, appId: string, userId: string): Promise<string> {
  const secret = await loadServerSecret(deps, 'audit');
  const hash = createHmac('sha256', secret);
  for (const part of [appId, userId].flatMap(lengthPrefixed)) hash.update(part);
  return hash.digest('base64url');
}
