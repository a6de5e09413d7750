import { createHmac } from 'node:crypto';
import type { Deps } from '../deps/deps.ts';
import { lengthPrefixed } from '../vault/sealed.ts';
import { loadServerSecret } from '../vault/server-secret.ts';

/**
 * Returns a keyed hash that stands for an end user in the audit log. It is the same for the same user of
 * the same app, and leads back to the user only with this server's secret.
 */
export async function hashUserId(deps: Deps, appId: string, userId: string): Promise<string> {
  const secret = await loadServerSecret(deps, 'audit');
  const hash = createHmac('sha256', secret);
  for (const part of [appId, userId].flatMap(lengthPrefixed)) hash.update(part);
  return hash.digest('base64url');
}
