import * as oauth from 'oauth4webapi';
import { isLiveInitiator } from '../../core/access/live-initiator.ts';
import type { RequestFacts } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { parseUrl } from '../../platform/addresses.ts';
import { AppError, InvalidInputError } from '../../platform/errors.ts';
import { readCallbackExtras } from '../provider/extras.ts';
import { type ConsentingUser, openConnection } from '../provider/load-connection.ts';
import {
  digestProvider,
  type Provider,
  ProviderNotConfiguredError,
  resolveProvider,
} from '../provider/provider.ts';
import { shorten } from '../provider/shorten.ts';
import { TokenFailure } from '../provider/token-failure.ts';
import { authorizationServer, exchangeCode } from '../provider/token-request.ts';
import { consumeAttempt, placeOfVerifier } from './attempt.ts';
import { MissingScopesError } from './missing-scopes.ts';
import { type Consent, type LinkConsent, storeConsent } from './store-consent.ts';
import { newUndo } from './undo-consent.service.ts';

/** The result of a consent, for the page on which the browser ends. */
export type ConsentOutcome = {
  /** The connection's name; undefined when the state belongs to none. */
  connection: string | undefined;
  /** The end user who brings the connection; null for one of the project. */
  broughtBy: Pick<ConsentingUser, 'userId' | 'app'> | null;
  /** Where the browser goes next; null: it stays on the result page. */
  returnUrl: string | null;
  /** Undefined when the consent was stored. */
  problem: ConsentProblem | undefined;
  /** The end user's consent that failed; undefined where no end user is involved. */
  failedFor?: { initiator: string; requirementId: string };
  /** A handle that undoes the consent once; undefined after a failure, or when the browser goes on. */
  undo?: string | undefined;
};

/**
 * Why a consent failed. `code` is for programs; an error of the provider keeps its code (RFC 6749, section
 * 4.1.2.1). `message` is for people. `missing_scopes` comes with the scopes that the person did not allow.
 */
type ConsentProblem = {
  code: string;
  message: string;
  /** The provider's name for people. */
  label?: string | undefined;
  /** The provider's own words, as {@link shorten} leaves them. */
  said?: string | undefined;
  missingScopes?: readonly string[];
};

/** Returns the message with the provider's own words in quotes: nobody must take them for ours. */
export function spell({ message, label = 'The provider', said }: ConsentProblem): string {
  return said === undefined ? message : `${message} ${label} says: “${said}”`;
}

class ConsentRefused extends Error {
  readonly problem: ConsentProblem;

  constructor(
    code: string,
    message: string,
    { label, said, ...options }: ErrorOptions & Pick<ConsentProblem, 'label' | 'said'> = {},
  ) {
    super(message, options);
    this.problem = { code, message, label, said };
  }
}

/** The authorization response that a browser brought back (RFC 6749, section 4.1.2). */
type AuthorizationResponse = {
  /** The path that the browser was redirected to. A state is valid only on the path that it was sent to. */
  path: string;
  parameters: URLSearchParams;
  /** Digests of the cookies that the browser has from our own pages. */
  browserDigests: readonly Buffer[];
};

/**
 * Completes a consent with the provider's response: checks the state, exchanges the code and stores the
 * tokens.
 *
 * @param link makes the other changes of an end user's consent.
 */
export async function completeConsent(
  deps: Deps,
  request: RequestFacts,
  { path, parameters, browserDigests }: AuthorizationResponse,
  link: LinkConsent,
): Promise<ConsentOutcome> {
  const state = parameters.getAll('state');
  const redirectUri = `${deps.config.publicUrl}${path}`;
  const attempt =
    state.length === 1 ? await consumeAttempt(deps.sql, state[0] ?? '', redirectUri) : undefined;
  if (attempt === undefined) return unknownState;
  const { browserDigest, connectionId, initiator, returnUrl } = attempt;
  const connection = await openConnection(deps, { id: connectionId });
  const requirementId = connection?.broughtBy?.requirementId;
  const failed = (outcome: ConsentOutcome): ConsentOutcome =>
    requirementId === undefined ? outcome : { ...outcome, failedFor: { initiator, requirementId } };
  if (browserDigest && !browserDigests.some((digest) => digest.equals(browserDigest))) {
    return failed(anotherBrowser);
  }
  const outcome = {
    connection: connection?.name,
    broughtBy: connection?.broughtBy ?? null,
    returnUrl,
  };
  try {
    if (connection === undefined) {
      throw new ConsentRefused('invalid_request', 'The connection was deleted.');
    }
    const undo = returnUrl === null ? newUndo() : undefined;
    const redeemed = await redeem(deps, { attempt, connection }, parameters);
    await storeConsent(deps, request, { attempt, connection, undo, ...redeemed }, link);
    return { ...outcome, problem: undefined, undo: undo?.handle };
  } catch (error) {
    const problem = problemOf(error, connection?.type.label);
    const { code } = problem;
    const reason = spell(problem);
    deps.log.warn({ connectionId, code, reason, requestId: request.id }, 'a consent failed');
    return failed({ ...outcome, problem });
  }
}

const unknownState: ConsentOutcome = {
  connection: undefined,
  broughtBy: null,
  returnUrl: null,
  problem: {
    code: 'invalid_state',
    message:
      'This link was used already, is older than 10 minutes, or did not come from here. If it said that you are connected, all is well and you can close this window; otherwise start again where you came from.',
  },
};

const anotherBrowser: ConsentOutcome = {
  ...unknownState,
  problem: {
    code: 'another_browser',
    message:
      'This was begun in another browser, or by somebody else. Nothing was connected. If it was you, start again where you came from.',
  },
};

async function redeem(
  deps: Deps,
  { attempt, connection }: Pick<Consent, 'attempt' | 'connection'>,
  parameters: URLSearchParams,
): Promise<Pick<Consent, 'provider' | 'answer'>> {
  const endUserId = connection.broughtBy?.endUserId ?? null;
  if (!(await isLiveInitiator(deps.db, attempt, { ...connection, endUserId }))) {
    throw new ConsentRefused(
      'access_denied',
      'The caller who began this consent may no longer change the connection.',
    );
  }
  const provider = resolveProvider(connection.type, connection.config, deps.config.oauthClients);
  if (!digestProvider(provider).equals(attempt.provider)) {
    throw new ConsentRefused(
      'invalid_request',
      'The connection has changed since this consent began. Start again.',
    );
  }
  refuseError(provider, parameters);
  const place = placeOfVerifier(attempt.organizationId, attempt.id);
  const verifier = await deps.vault.open(attempt.verifierKey, place, attempt.verifier);
  const answer = await exchangeCode(deps, provider, {
    parameters: validateCallback(provider, parameters),
    redirectUri: attempt.redirectUri,
    verifier: verifier.toString(),
  });
  const extra = { ...readCallbackExtras(parameters, provider.facts.kept), ...answer.extra };
  return { provider, answer: { ...answer, extra } };
}

/* The state is already checked. A response that names its issuer must come from this provider (RFC 9207). */
function validateCallback(provider: Provider, parameters: URLSearchParams): URLSearchParams {
  const server = authorizationServer(provider);
  const issuer = parameters.get('iss');
  if (issuer !== null && parseUrl(issuer)?.origin !== server.issuer) {
    throw new ConsentRefused('invalid_request', 'The response came from another provider.');
  }
  const client = { client_id: provider.client.id };
  try {
    const named = issuer === null ? server : { ...server, issuer };
    return oauth.validateAuthResponse(named, client, parameters, oauth.skipStateCheck);
  } catch (cause) {
    throw new ConsentRefused(
      'invalid_request',
      "The provider's response is not a valid OAuth response.",
      { cause },
    );
  }
}

const providerErrors: ReadonlyMap<string, string> = new Map(
  Object.entries({
    access_denied: 'Consent was not given. Nothing was changed. You can close this window.',
    invalid_scope: 'The provider does not know the scopes asked for: correct them and start again.',
    unauthorized_client:
      'The provider does not allow this client to request access: check its settings there.',
    server_error: 'The provider has a problem of its own. Try again later.',
    temporarily_unavailable: 'The provider is busy. Try again later.',
  }),
);

/* LinkedIn's and Facebook's names for `access_denied`. */
const denials: ReadonlySet<string> = new Set([
  'user_cancelled_login',
  'user_cancelled_authorize',
  'user_denied',
]);

/** @throws ConsentRefused when the provider sent the browser back without a code. */
function refuseError({ label, client }: Provider, parameters: URLSearchParams): void {
  const error = parameters.get('error')?.trim().toLowerCase() ?? '';
  if (error === '' && parameters.get('code')) return; // a blank error means no error
  // Facebook sends some refusals with error_code and error_message only.
  const words = ['error_description', 'error_message', 'error_reason'].map((name) =>
    shorten(parameters.get(name) ?? undefined, [client.secret ?? '']),
  );
  const said = words.find((text) => text !== undefined);
  if (error === '') {
    throw new ConsentRefused('invalid_request', 'The provider gave no code.', { label, said });
  }
  const known = denials.has(error) ? 'access_denied' : error;
  const code = /^[a-z_]{1,40}$/.test(known) ? known : 'server_error';
  const message = providerErrors.get(code) ?? `${label} refused: ${code}.`;
  throw new ConsentRefused(code, message, { label, said });
}

function problemOf(error: unknown, label = 'The provider'): ConsentProblem {
  if (error instanceof ConsentRefused) return error.problem;
  if (error instanceof TokenFailure) {
    const code = error.kind === 'passing' ? 'temporarily_unavailable' : 'invalid_grant';
    const message = `No token was given: ${error.message}. Start again.`;
    return { code, message, label, said: error.description };
  }
  if (error instanceof ProviderNotConfiguredError) {
    const message = `${error.label} is not set up for this app yet. Nothing was changed.`;
    return { code: 'provider_not_configured', message };
  }
  if (error instanceof MissingScopesError) {
    return { code: 'missing_scopes', message: error.message, missingScopes: error.scopes };
  }
  if (error instanceof InvalidInputError)
    return { code: 'invalid_request', message: error.message };
  if (error instanceof AppError) return { code: error.kind, message: error.message };
  throw error;
}
