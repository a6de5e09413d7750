import { z } from 'zod';
import type { Deps } from '../deps/deps.ts';
import {
  type PipedreamMessage,
  readPipedream,
  refusedWith,
  requirePipedream,
  sendToPipedream,
} from './send.ts';
import { forgetPipedreamToken, loadPipedreamToken } from './token.ts';

/* The part of the Pipedream Connect API that linked accounts need. */

/** The request for a link. */
type NewConnectLink = {
  externalUserId: string;
  appSlug: string;
  webhookUri: string;
  /**
   * The addresses to which the browser goes afterwards; undefined to stay on the page of Pipedream.
   */
  redirectUris: { success: string; error: string } | undefined;
};

/** The address for the browser of a person, and its expiry. */
type ConnectLink = { url: string; expiresAt: Date };

/** Milliseconds for which a link works if Pipedream does not say. */
const usualLife = 4 * 3_600_000;

const linkAnswer = z.object({
  connect_link_url: z.url({ protocol: /^https?$/ }),
  expires_at: z
    .string()
    .pipe(z.coerce.date())
    .catch(() => new Date(Date.now() + usualLife)),
});

/**
 * Creates a link with which an end user connects an account.
 *
 * @throws UpstreamError
 */
export async function createConnectLink(
  deps: Deps,
  { externalUserId, appSlug, webhookUri, redirectUris }: NewConnectLink,
): Promise<ConnectLink> {
  const answer = await requestPipedream(deps, 'POST', '/tokens', {
    external_user_id: externalUserId,
    webhook_uri: webhookUri,
    ...(redirectUris && {
      success_redirect_uri: redirectUris.success,
      error_redirect_uri: redirectUris.error,
    }),
  });
  const { connect_link_url, expires_at } = await readPipedream(linkAnswer, answer);
  const url = new URL(connect_link_url);
  url.searchParams.set('app', appSlug);
  return { url: url.href, expiresAt: expires_at };
}

const accountsAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      healthy: z.boolean().nullish(),
      dead: z.boolean().nullish(),
      created_at: z.string().catch(''),
    }),
  ),
});

/**
 * Lists the healthy accounts of one user for one app, newest first. They belong to the user because the
 * request asked for this user and app; nothing else in the response is trusted for that.
 *
 * @throws UpstreamError
 */
export async function listHealthyAccounts(
  deps: Deps,
  { externalUserId, appSlug }: { externalUserId: string; appSlug: string },
): Promise<string[]> {
  const query = new URLSearchParams({ external_user_id: externalUserId, app: appSlug });
  const answer = await requestPipedream(deps, 'GET', `/accounts?${query}`);
  const { data } = await readPipedream(accountsAnswer, answer);
  return data
    .filter(({ healthy, dead }) => healthy === true && dead !== true)
    .sort((one, other) => (one.created_at < other.created_at ? 1 : -1))
    .map(({ id }) => id);
}

/**
 * Deletes an account. An account that no longer exists counts as deleted.
 *
 * @throws UpstreamError
 */
export async function deleteAccount(deps: Deps, id: string): Promise<void> {
  const answer = await requestPipedream(deps, 'DELETE', `/accounts/${encodeURIComponent(id)}`);
  if (!answer.ok && answer.status !== 404) throw refusedWith(answer.status);
}

/**
 * Sends one request for the configured project. If Pipedream no longer accepts the token, it gets another
 * one, once.
 */
async function requestPipedream(
  deps: Deps,
  method: PipedreamMessage['method'],
  path: string,
  body?: Record<string, unknown>,
): Promise<Response> {
  const pipedream = requirePipedream(deps);
  const url = `${pipedream.apiUrl}/v1/connect/${pipedream.projectId}${path}`;
  const send = async () => {
    const token = await loadPipedreamToken(deps, pipedream);
    const headers = {
      authorization: `Bearer ${token.accessToken}`,
      'x-pd-environment': pipedream.environment,
    };
    return { token, answer: await sendToPipedream(deps, { method, url, headers, body }) };
  };
  const { token, answer } = await send();
  if (answer.status !== 401) return answer;
  forgetPipedreamToken(deps, token);
  return (await send()).answer;
}
