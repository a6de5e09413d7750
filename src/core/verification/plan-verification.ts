import { parseUrl } from '../../platform/addresses.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { ConnectionType } from '../catalog/catalog.ts';
import type { ProtocolVerifyFacts } from '../catalog/facts.ts';
import type { CredentialValues } from '../catalog/inject.ts';
import { type JsonObject, ownValue } from '../catalog/json.ts';
import { TemplateValueError } from '../catalog/templates.ts';
import { OutboundError, OutboundTimeoutError } from '../outbound/outbound.errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { readServerAddress, type ServerAddress } from './checked-socket.ts';
import { type Verdict, verdictOf, verdictOfFailure } from './verdict.ts';
import { verificationUrl, verifyHttp } from './verify-http.ts';
import { verifyMysql } from './verify-mysql.ts';
import { verifyPostgresql } from './verify-postgresql.ts';
import { verifyRedis } from './verify-redis.ts';

/** Milliseconds for a whole check. */
const deadline = 10_000;

/** A check of credentials that can begin. */
export type PlannedVerification = {
  /** The host that receives the credentials, with its port; null for a check that reaches no host. */
  host: string | null;
  /** Returns the verdict. It takes at most 10 seconds, and does not throw for anything that a host does. */
  run: (outbound: Outbound) => Promise<Verdict>;
};

/**
 * Plans the check of credentials. The values are the whole config; for an OAuth type, `secret` is the
 * access token only.
 */
export function planVerification(
  type: ConnectionType,
  values: CredentialValues,
): PlannedVerification {
  try {
    return planCheck(type, values) ?? decided('unsupported', `${type.label} cannot be verified.`);
  } catch (error) {
    if (error instanceof OutboundError)
      return { host: null, run: async () => verdictOfFailure(error) };
    if (!(error instanceof TemplateValueError)) throw error;
    const { field, complaint } = error;
    if (ownValue({ ...values.open, ...values.secret }, field) === undefined) {
      return decided('unsupported', `${type.label} cannot be verified without ${field}.`);
    }
    return decided('blocked_by_policy', `The credentials were not sent: ${field} ${complaint}.`);
  }
}

function decided(verdict: Verdict['verdict'], message: string): PlannedVerification {
  return { host: null, run: async () => verdictOf(verdict, message) };
}

function planCheck(
  { label, http, verify }: ConnectionType,
  values: CredentialValues,
): PlannedVerification | undefined {
  if (verify === undefined) return undefined;
  if (verify.kind === 'protocol') return planLogin(label, verify, values);
  if (http === undefined) return undefined;
  const type = { label, http, verify };
  // A service can want its key in the path, so the URL must not get into a message.
  const url = verificationUrl(type, { ...values.open, ...values.secret });
  return planWithDeadline(url.host, (outbound, signal) =>
    verifyHttp(outbound, { type, values, url }, signal),
  );
}

const unsendable =
  'The credentials hold a line break or another character that a request cannot carry. Copy them again.';

/** Ends a check at the deadline, and turns the errors of the network into a verdict. */
function planWithDeadline(
  host: string,
  check: (outbound: Outbound, signal: AbortSignal) => Promise<Verdict>,
): PlannedVerification {
  const run = async (outbound: Outbound) => {
    const ending = new AbortController();
    const late = new OutboundTimeoutError(host, deadline);
    const timer = setTimeout(() => ending.abort(late), deadline);
    const ended = new Promise<never>((_, reject) => {
      ending.signal.addEventListener('abort', () => reject(late));
    });
    try {
      return await Promise.race([check(outbound, ending.signal), ended]);
    } catch (error) {
      if (error instanceof OutboundError) return verdictOfFailure(error);
      if (error instanceof ConflictError) return verdictOf('refused', unsendable);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return { host, run };
}

/** The port of each protocol if the config names none. */
const defaultPorts = { postgresql: 5432, mysql: 3306, redis: 6379 } as const;

function planLogin(
  label: string,
  { protocol, fields, urlField }: ProtocolVerifyFacts,
  values: CredentialValues,
): PlannedVerification | undefined {
  if (!isSpoken(protocol)) return undefined;
  const config: JsonObject = { ...values.open, ...values.secret };
  const given = urlField === null ? undefined : textInConfig(config, urlField);
  const url = given === undefined ? undefined : readConnectionUrl(given);
  const read = (parameter: string) =>
    url?.[parameter] ?? textInConfig(config, fields[parameter] ?? parameter);
  const port = Number(read('port') ?? defaultPorts[protocol]);
  const address = readServerAddress(read('host') ?? '', port);
  if (address === undefined) {
    return decided('unsupported', `${label} cannot be verified without the name of its host.`);
  }
  const login = {
    ...address,
    user: read('user'),
    password: read('password'),
    database: read('database'),
  };
  const isTls = url?.scheme === 'rediss' || read('tls') === 'true' || read('ssl') === 'true';
  return planWithDeadline(hostText(address), (outbound, signal) => {
    if (protocol === 'redis') return verifyRedis(outbound, { ...login, tls: isTls }, signal);
    const whole = { ...login, user: login.user ?? '', password: login.password ?? '' };
    if (protocol === 'mysql') return verifyMysql(outbound, whole, signal);
    return verifyPostgresql(outbound, whole, signal);
  });
}

function isSpoken(protocol: string): protocol is keyof typeof defaultPorts {
  return Object.hasOwn(defaultPorts, protocol);
}

function hostText({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads the parts of a connection string such as `redis://user:password@host:6379/0`. */
function readConnectionUrl(text: string): Record<string, string> | undefined {
  const [, scheme = '', rest] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text.trim()) ?? [];
  const url = rest === undefined ? undefined : parseUrl(`tcp://${rest}`);
  if (url === undefined) return undefined;
  const parts = {
    host: url.hostname,
    port: url.port,
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)),
  };
  const given = Object.entries(parts).filter(([, part]) => part !== '');
  return { scheme: scheme.toLowerCase(), ...Object.fromEntries(given) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign of its own
  }
}

function textInConfig(config: JsonObject, field: string): string | undefined {
  const value = ownValue(config, field);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
