import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { newId } from '../../platform/new-id.ts';
import { unrefreshable } from './fresh-tokens.service.ts';
import { expireGrant } from './grant.statements.ts';
import type { Generation } from './refresh-failure.ts';

/** How many are looked for at a time. */
const most = 500;

const statement = `
  SELECT g.connection_id AS "connectionId", g.token_version AS "tokenVersion",
    c.project_id AS "projectId", p.organization_id AS "organizationId"
  FROM oauth_grant g JOIN connection c ON c.id = g.connection_id JOIN project p ON p.id = c.project_id
  WHERE NOT g.refreshable AND g.tokens IS NOT NULL AND g.access_token_expires_at <= now()
    AND g.lease_owner IS NULL AND c.status = 'active'
  ORDER BY g.access_token_expires_at LIMIT ${most}`;

const by = { actor: 'server', ip: null, requestId: 'refresh-worker' };

/** Expires connections whose token has ended and that have no other to refresh it with, read or not. */
export async function expireEnded(deps: Deps): Promise<void> {
  const { sql, log, config } = deps;
  if (config.refresh === 'off') return;
  try {
    for (const grant of await sql<Generation>('find-ended-grants', statement, [])) {
      await expireGrant(sql, grant, null, unrefreshable, { ...by, eventId: newId() });
      announceChanges(deps);
    }
  } catch (error) {
    log.warn({ err: error }, 'ended tokens were not looked for');
  }
}
