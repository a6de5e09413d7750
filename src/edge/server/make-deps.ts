import { findAccessKeys } from '../../core/access/authenticate.ts';
import { findUsers } from '../../core/access/find-user.ts';
import { createIdentityKeys } from '../../core/access/identity-provider.ts';
import { createLastUsed, flushLastUsed } from '../../core/access/last-used.ts';
import { createRate } from '../../core/access/rate.ts';
import {
  createVerificationKeys,
  loadVerificationKeys,
} from '../../core/access/verification-keys.ts';
import { findEndUsers } from '../../core/access/verify-connect-token.ts';
import { insertAuditEvents } from '../../core/audit/audit.service.ts';
import { createChangeFeed } from '../../core/changes/change-feed.ts';
import type { Deps, LeanDeps } from '../../core/deps/deps.ts';
import { createPipedreamToken } from '../../core/pipedream/token.ts';
import { createAppPermits } from '../../features/apps/app-permits.ts';
import { loadAppsByHostname, loadVisibleApps } from '../../features/apps/load-app.ts';
import { loadSigningKeyRows } from '../../features/connect-tokens/published-keys.ts';
import { loadDefinitions } from '../../features/connection-types/load-definition.ts';
import {
  createProxyStreams,
  createRefusedTokens,
} from '../../features/connections/call-service.ts';
import { createConnectionPages } from '../../features/connections/connection-pages.store.ts';
import {
  countReferenceLists,
  loadReferenceLists,
} from '../../features/connections/connection-references.store.ts';
import { loadConnectionsByIds } from '../../features/connections/connections.store.ts';
import { createShownConfigs } from '../../features/connections/shown-config.ts';
import { loadManyCredentials } from '../../features/connections/stored-credentials.ts';
import { loadEndUserCredentials } from '../../features/end-users/load-end-user-credential.ts';
import { claimAwaitedOfUsers } from '../../features/requirements/awaited-accounts.ts';
import { loadRequirementsOfUsers } from '../../features/requirements/requirements.statements.ts';
import { loadRequirementStates } from '../../features/requirements/status.ts';
import { loadOAuthStates } from '../../oauth/provider/oauth-state.ts';
import { createRevocationRun } from '../../oauth/revoke/revoke-due.service.ts';
import type { Config } from '../../platform/config/config.ts';
import { batch } from '../../platform/db/batch.ts';
import type { Database } from '../../platform/db/database.ts';
import { makeLeanDeps, type ProcessMeans } from './make-lean-deps.ts';
import { createOperationSeconds } from './metrics.ts';

/** Creates all parts of one process, over a database that is open and migrated. */
export function makeDeps(config: Config, database: Database, means: ProcessMeans): Deps {
  const lean = makeLeanDeps(config, database.sql, means);
  const { db, listen } = database;
  const operationSeconds = createOperationSeconds();
  const own: Omit<Deps, keyof LeanDeps> = {
    db,
    listen,
    stopping: new AbortController(),
    operationSeconds,
    observeOperation: (operation, outcome, seconds) =>
      operationSeconds.observe({ operation, outcome }, seconds),

    findAccessKey: batch((digests) => findAccessKeys(lean.sql, digests)),
    findUser: batch((digests) => findUsers(lean.sql, digests)),
    findEndUser: batch((presented) => findEndUsers(lean.sql, presented)),
    loadVerificationKey: batch((kids) => loadVerificationKeys(lean.sql, kids)),
    insertAuditEvent: batch((events) => insertAuditEvents(lean.sql, events)),
    loadOAuthState: batch((ids) => loadOAuthStates(lean.sql, ids)),
    loadCredentials: batch((wanted) => loadManyCredentials(lean.sql, wanted)),
    loadReferences: batch((wanted) => loadReferenceLists(lean.sql, wanted)),
    countReferences: batch((ids) => countReferenceLists(lean.sql, ids)),
    loadConnectionById: batch((wanted) => loadConnectionsByIds(lean.sql, wanted)),
    loadDefinition: batch((ids) => loadDefinitions(lean.sql, ids)),
    connectionPages: createConnectionPages(lean),
    shownConfigs: createShownConfigs(),
    loadVisibleApp: batch((wanted) => loadVisibleApps(lean.sql, wanted)),
    loadAppByHostname: batch((hostnames) => loadAppsByHostname(lean.sql, hostnames)),
    loadRequirementState: batch((pairs) => loadRequirementStates(lean, pairs)),
    loadRequirementsOfUser: batch((users) => loadRequirementsOfUsers(lean, users)),
    claimAwaited: batch((pairs) => claimAwaitedOfUsers(lean.sql, pairs)),
    loadEndUserCredential: batch((wanted) => loadEndUserCredentials(lean.sql, wanted)),
    loadSigningKeyRows: batch((asked) => loadSigningKeyRows(lean.sql, asked)),

    recordedRefusals: createRate(),
    accountQuestions: createRate(),
    mintRate: createRate(),
    actionRate: createRate(),
    verificationRate: createRate(),
    appPermits: createAppPermits(),
    streamCounts: new Map(),
    proxyCounts: new Map(),
    proxyStreams: createProxyStreams(lean),
    refusedTokens: createRefusedTokens(),

    identityKeys: createIdentityKeys(lean),
    verificationKeys: createVerificationKeys(),
    pipedreamToken: createPipedreamToken(),
    serverSecrets: new Map(),
    firstSigningKey: { key: undefined },
    heededWebhooks: new Set(),
    revocationRun: createRevocationRun(),
    lastUsed: createLastUsed(),
    changeFeed: createChangeFeed(lean, listen),

    close: async () => {
      deps.stopping.abort();
      deps.changeFeed.close();
      clearTimeout(deps.announcer.timer);
      await deps.proxyStreams.close();
      await flushLastUsed(deps);
    },
  };
  const deps = Object.assign(lean, own);
  return deps;
}
