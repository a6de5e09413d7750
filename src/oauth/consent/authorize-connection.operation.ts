import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { actorOf, auditEvent } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { orBlank, url } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { loadConnection, type OpenConnection } from '../provider/load-connection.ts';
import {
  digestProvider,
  findProviderWarning,
  type Provider,
  ProviderNotConfiguredError,
  resolveProvider,
} from '../provider/provider.ts';
import { digestState, placeOfVerifier } from './attempt.ts';
import { callbackAddress } from './callback-address.ts';

/** The authorization URL for a person's browser, and the end of its validity. */
export type Authorization = { url: string; expiresAt: Date };

/**
 * Stores an attempt with everything that the callback needs (RFC 6749, section 4.1.1; RFC 7636). Fails
 * with ForbiddenError for a system-managed connection, and with InvalidInputError for a type that is not
 * OAuth, a missing client, or a redirect URL that the project does not list.
 */
export const authorizeConnection = operation({
  name: 'authorizeConnection',
  description: 'Begins a consent. An active or expired connection keeps its id through it.',
  role: 'editor',
  audit: 'connection.authorize',
  connection: 'id',
  input: z.object({ id: z.string(), redirectUrl: orBlank(url) }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { id, redirectUrl }): Promise<Authorization> => {
    const { deps } = context;
    const connection = await loadConnection(context, id);
    const provider = requireProvider(deps, connection.type, connection.config);
    if (redirectUrl != null && !connection.redirectUrls.includes(redirectUrl)) {
      throw new InvalidInputError([redirectNotListed]);
    }
    return beginConsent(context, { connection, provider, returnUrl: redirectUrl ?? undefined });
  },
});

/**
 * Does what {@link resolveProvider} does, and logs a provider without a client, for the operator.
 *
 * @param path a field of an end user's input. The error then names only this field: end users cannot set up
 * a client.
 * @throws ProviderNotConfiguredError, InvalidInputError
 */
export function requireProvider(
  { config, log }: Deps,
  type: ConnectionType,
  settings: JsonObject,
  path?: string,
): Provider {
  try {
    return resolveProvider(type, settings, config.oauthClients);
  } catch (error) {
    if (error instanceof ProviderNotConfiguredError) {
      const reason = findProviderWarning(type, config.oauthClients);
      log.warn({ type: type.type, reason }, 'a consent to a provider without a client was refused');
      if (path !== undefined) throw new ProviderNotConfiguredError(type, notSetUp(type, path));
    }
    throw error;
  }
}

function notSetUp({ label }: ConnectionType, path: string): FieldIssue {
  return { path, message: `asks for ${label}, which is not set up for this app yet` };
}

/** The part of a connect token that an attempt stores, to check later whether the token is still valid. */
type BeginningToken = {
  epoch: number;
  isAnonymous: boolean;
  expiresAt: Date;
  kid: string;
};

/** The input of {@link beginConsent}. */
export type NewConsent = {
  connection: Pick<OpenConnection, 'id' | 'organizationId' | 'projectId' | 'type'>;
  /** The requirement that an end user fulfils: all of its connections share a redirect URI. */
  requirementId?: string;
  provider: Provider;
  /** Where the browser goes afterwards; undefined: it stays on the result page. */
  returnUrl: string | undefined;
  /** The connect token of an end user. */
  token?: BeginningToken;
  /** Digest of the cookie of the only browser that can complete it; undefined: any browser can. */
  browserDigest?: Uint8Array<ArrayBuffer> | undefined;
};

/** Stores a consent attempt and returns the authorization URL. The caller is already authorized. */
export async function beginConsent(
  context: RequestContext,
  { connection, requirementId, provider, returnUrl, token, browserDigest }: NewConsent,
): Promise<Authorization> {
  const { deps, viewer } = context;
  const callbackId = requirementId ?? connection.id;
  const redirectUri = callbackAddress(deps.config.publicUrl, connection.type, callbackId);
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const attemptId = newId();
  const place = placeOfVerifier(connection.organizationId, attemptId);
  const event = {
    action: 'connection.authorize',
    projectId: connection.projectId,
    connectionId: connection.id,
  };
  const expiresAt = await writeSealed(context, null, async (tx, key) => {
    const attempt = await tx.authorizationAttempt.create({
      data: {
        id: attemptId,
        stateDigest: digestState(state),
        connectionId: connection.id,
        verifier: deps.vault.seal(key, place, Buffer.from(verifier)),
        verifierDataKeyId: key.id,
        initiator: actorOf(viewer),
        ...(token && {
          tokenEpoch: token.epoch,
          tokenIsAnonymous: token.isAnonymous,
          tokenExpiresAt: token.expiresAt,
          tokenKid: token.kid,
        }),
        browserDigest: browserDigest ?? null,
        provider: digestProvider(provider),
        redirectUri,
        returnUrl: returnUrl ?? null,
        scopes: [...provider.scopes],
      },
      select: { expiresAt: true },
    });
    await tx.auditEvent.create({ data: auditEvent(context, event), select: { id: true } });
    return attempt.expiresAt;
  });
  const url = await consentAddress(provider, { redirectUri, state, verifier });
  return { url, expiresAt };
}

const redirectNotListed = {
  path: 'redirectUrl',
  message: "must be exactly one of the project's redirect URLs",
};

type ConsentRequest = { redirectUri: string; state: string; verifier: string };

async function consentAddress(
  { facts, authorizationEndpoint, client, scopes, extraParams }: Provider,
  { redirectUri, state, verifier }: ConsentRequest,
): Promise<string> {
  const url = new URL(authorizationEndpoint);
  const challenge = facts.pkce && (await oauth.calculatePKCECodeChallenge(verifier));
  const params = {
    ...extraParams, // first: they never replace a parameter of the protocol
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    state,
    ...(challenge && { code_challenge: challenge, code_challenge_method: 'S256' }),
    ...(scopes.length > 0 && { scope: scopes.join(facts.scopeSeparator) }),
  };
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return url.href;
}
