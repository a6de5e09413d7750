import type { RequestContext } from '../../core/access/request-context.ts';
import { actorOf } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { HttpFacts } from '../../core/catalog/facts.ts';
import { type InjectedCredential, injectCredential } from '../../core/catalog/inject.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { fillHost, fillUrl, TemplateValueError } from '../../core/catalog/templates.ts';
import { openHalf } from '../../core/connection-config/sealed-config.ts';
import { withKept } from '../../oauth/provider/extras.ts';
import { withClientId } from '../../oauth/provider/provider.ts';
import { getAccessToken } from '../../oauth/refresh/get-access-token.ts';
import type { GrantTokens } from '../../oauth/refresh/grant.ts';
import { parseUrl } from '../../platform/addresses.ts';
import { ConflictError, InvalidInputError } from '../../platform/errors.ts';
import { requireAvailable } from './open-credentials.ts';
import type { StoredCredentials } from './stored-credentials.ts';

/** The service of a connection, and the credential in the form that requests to it carry. */
export type Service = {
  /** The URL that all paths are below. */
  base: URL;
  credential: InjectedCredential;
  /** The access token of an OAuth connection, with the means to use another; null for other types. */
  token: { text: string; replace: (tokens: GrantTokens) => Service } | null;
};

/**
 * Opens a connection for requests to its service. Nothing of the result may reach the caller.
 *
 * @throws ForbiddenError for a system-managed connection, ConflictError for a connection that is not
 * active, InvalidInputError for a type whose requests are not known, UpstreamError if its token has expired
 * and the provider issues no new one now.
 */
export async function openService(
  context: RequestContext,
  stored: StoredCredentials,
): Promise<Service> {
  const { deps, viewer, request } = context;
  requireAvailable(deps, stored);
  const type = deps.connectionTypes.of(stored.organizationId).find(stored.type);
  if (type?.http === undefined) {
    const message = `is of the type ${stored.type}, whose requests this server does not know`;
    throw new InvalidInputError([{ path: 'connectionId', message }]);
  }
  const open = await openHalf(deps.vault, stored, 'public', stored.publicHalf);
  if (stored.grant === null) {
    const secret = await openHalf(deps.vault, stored, 'secret', stored.secretHalf);
    return { ...describeService(type.http, { open, secret }), token: null };
  }
  const by = { actor: actorOf(viewer), ip: request.ip, requestId: request.id };
  const { tokens } = await getAccessToken(deps, stored.grant, by);
  const config = withClientId(type, open, deps.config.oauthClients);
  return serviceWithToken({ ...type, http: type.http }, config, tokens);
}

/** The client secret and the refresh token stay out: no request to the service carries them. */
function serviceWithToken(
  type: ConnectionType & { http: HttpFacts },
  config: JsonObject,
  tokens: GrantTokens,
): Service {
  const values = {
    open: withKept(type, config, tokens.extra),
    secret: { access_token: tokens.accessToken },
  };
  return {
    ...describeService(type.http, values),
    token: {
      text: tokens.accessToken,
      replace: (next) => serviceWithToken(type, config, next),
    },
  };
}

function describeService(
  http: HttpFacts,
  values: { open: JsonObject; secret: JsonObject },
): Omit<Service, 'token'> {
  try {
    const all = { ...values.open, ...values.secret };
    const base = fillUrl(http.baseUrl, all);
    const hosts = http.hostTemplates?.map((host) => fillHost(host, all)) ?? [base.host];
    const isOwn = hosts.some((host) => parseUrl(`${base.protocol}//${host}`)?.host === base.host);
    if (isOwn) return { base, credential: injectCredential(http, values) };
  } catch (error) {
    if (!(error instanceof TemplateValueError)) throw error;
    throw new ConflictError(`The service cannot be called: ${error.message}. Change the config.`);
  }
  throw new ConflictError(
    'The service cannot be called: its address is on none of the hosts of the type. Change the config.',
  );
}
