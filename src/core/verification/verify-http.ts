import type { ConnectionType } from '../catalog/catalog.ts';
import type { HttpFacts, HttpVerifyFacts } from '../catalog/facts.ts';
import { type CredentialValues, injectCredential } from '../catalog/inject.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import { textAt, valueAt } from '../catalog/json-path.ts';
import { fillHost, fillText, fillUrl, type UrlTemplate } from '../catalog/templates.ts';
import { OutboundRefusedError } from '../outbound/outbound.errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { createSecretCutter } from './cut-secrets.ts';
import { type ProviderAccount, type Verdict, verdictOf } from './verdict.ts';

/** A type that is verified with an HTTP request. */
type HttpType = Pick<ConnectionType, 'label'> & { http: HttpFacts; verify: HttpVerifyFacts };

/**
 * Returns the URL of the request that verifies credentials, without the credentials.
 *
 * @throws TemplateValueError if a value does not fit; OutboundRefusedError for a host that is none of the
 * type's.
 */
export function verificationUrl({ http, verify }: HttpType, values: JsonObject): URL {
  const base = fillUrl(http.baseUrl, values);
  const url =
    verify.url === null
      ? fillUrl(below(http.baseUrl, verify), values)
      : fillUrl(verify.url, values);
  const hosts = http.hostTemplates?.map((host) => fillHost(host, values)) ?? [base.host];
  const isOwn = hosts.some((host) => new URL(`${url.protocol}//${host}`).host === url.host);
  if (!isOwn) throw new OutboundRefusedError(url.host, 'is none of the hosts of the type');
  return url;
}

/** Returns the template of a path below the base URL. */
function below(base: UrlTemplate, { path }: HttpVerifyFacts): UrlTemplate {
  const rest = [...base.rest];
  const last = rest.at(-1);
  if (typeof last === 'string') rest[rest.length - 1] = last.replace(/\/$/, '');
  return { ...base, rest: [...rest, ...(path ?? [])] };
}

/**
 * Sends the request by which a type shows whether its credentials work. Nothing of the response but its
 * verdict, the account and the service's own sentence is kept.
 *
 * @throws OutboundError if there is no usable response.
 */
export async function verifyHttp(
  outbound: Outbound,
  { type, values, url }: { type: HttpType; values: CredentialValues; url: URL },
  signal: AbortSignal,
): Promise<Verdict> {
  const { http, verify } = type;
  const carried = injectCredential(http, values);
  const target = new URL(url);
  for (const [name, value] of carried.query) target.searchParams.append(name, value);
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'Patchbay' };
  if (verify.body !== undefined) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(verify.headers)) {
    headers[name.toLowerCase()] = fillText(value, values.open);
  }
  for (const [name, value] of carried.headers) headers[name] = value;
  const response = await outbound.checked(target.href, {
    method: verify.method,
    headers,
    body: verify.body === undefined ? undefined : JSON.stringify(verify.body),
    signal,
  });
  const text = await response.text();
  const body = parseBody(text);
  const isPage = /^\s*(<!doctype|<html)/i.test(text);
  return judgeResponse(type, { response, body, isPage }, createSecretCutter(carried.secrets));
}

function parseBody(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined; // no JSON, so no sign and no account
  }
}

type Received = { response: Response; body: JsonValue | undefined; isPage: boolean };

function judgeResponse(
  { label, verify }: HttpType,
  { response, body, isPage }: Received,
  cut: (text: string) => string,
): Verdict {
  const { status: httpStatus } = response;
  const message = verify.message === null ? undefined : textAt(body, verify.message);
  const reason = (message && cut(message)) || null;
  const account = readShownAccount(verify, body, cut);
  const has = (signs: HttpVerifyFacts['okWhen']) =>
    signs.some(
      ({ status, path, is }) =>
        (status === undefined || status === httpStatus) &&
        is.some((value) => value === valueAt(body, path)),
    );
  const isListed = (statuses: readonly number[]) => statuses.includes(httpStatus);

  const isRefused = has(verify.refusedWhen) || (isListed(verify.refused) && !has(verify.okWhen));
  if (has(verify.insufficientWhen) || (isListed(verify.insufficient) && !isRefused && !isPage)) {
    return verdictOf(
      'insufficient_scope',
      `${label} accepts the credentials, but they lack a permission. Give them more permissions there.`,
      { reason, httpStatus },
    );
  }
  if (isRefused) {
    return verdictOf(
      'refused',
      `${label} refuses the credentials. Check that they are complete and still valid.`,
      { reason, httpStatus },
    );
  }
  const isOk = verify.okWhen.length > 0 ? has(verify.okWhen) : isListed(verify.ok) && !isPage;
  if (isOk) return verdictOf('ok', 'The credentials work.', { httpStatus, account });
  return verdictOf('unreachable', describeUnclear(label, response, isPage), { reason, httpStatus });
}

function describeUnclear(label: string, { status, headers }: Response, isPage: boolean): string {
  if (status === 429) {
    const wait = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
    const when = wait === undefined ? 'later' : `in ${wait} s`;
    return `${label} receives too many requests now. Try again ${when}.`;
  }
  if (status >= 500) return `${label} has a failure (HTTP status ${status}). Try again later.`;
  if (isPage) return `A web page answers in place of ${label}. Check the address.`;
  if (status === 404) return `${label} does not know this address (HTTP status 404). Check it.`;
  return `${label} does not say whether the credentials work (HTTP status ${status}).`;
}

function readShownAccount(
  { account }: HttpVerifyFacts,
  body: JsonValue | undefined,
  cut: (text: string) => string,
): ProviderAccount | null {
  const read = (path: string | null | undefined) => {
    const text = path == null ? undefined : textAt(body, path);
    return (text && cut(text)) || null;
  };
  const [id, label] = [read(account?.id), read(account?.label)];
  return id === null && label === null ? null : { id, label };
}
