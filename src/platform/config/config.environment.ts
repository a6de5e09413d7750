import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { normalizeHost, parseAddressRange, parseUrl } from '../addresses.ts';
import { defaultLimits } from '../limits.ts';
import { findDatabaseUrlFault } from './config.database.ts';
import { isIssuer, parseRoles } from './config.oidc.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

const list = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ''));

const isOrigin = (text: string) => parseUrl(text)?.origin === text;

const isHostOrRange = (text: string) =>
  /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(text) || parseAddressRange(text) !== undefined;

/**
 * Returns the normalized form of a domain; undefined for anything else, such as an address or a port.
 */
const readDomain = (text: string) => {
  const domain = text.includes(':') ? undefined : normalizeHost(text);
  return domain === undefined || isIP(domain) !== 0 ? undefined : domain;
};

const printable = z.string().regex(/^[!-~]+$/);

/** All environment variables except those of OAuth clients, whose names contain the provider. */
export const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535)
    .default(4000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z
    .string()
    .transform((text) => text.replace(/\/$/, ''))
    .refine((text) => isOrigin(text) && /^https?:/.test(text))
    .optional(),
  DATABASE_URL: z.string().superRefine(requireDatabaseUrl).optional(),
  DATA_DIR: z.string().default('./data'),
  MASTER_KEYS: z.string().refine(isMasterKeys).optional(),
  BOOTSTRAP_ACCESS_KEY: z
    .string()
    .regex(/^acc_[0-9A-Za-z]{64}$/)
    .optional(),
  TRUSTED_PROXIES: list.transform(toBlockList).default(() => new BlockList()),
  APP_DOMAINS: list
    .refine((domains) => domains.every((domain) => readDomain(domain) !== undefined))
    .transform((domains) => domains.flatMap((domain) => readDomain(domain) ?? []))
    .default([]),
  CORS_ORIGINS: list.refine((origins) => origins.every(isOrigin)).default([]),
  METRICS_TOKEN: z.string().min(16).optional(),
  CONNECTION_TYPES: z.string().optional(),
  OUTBOUND_ALLOW: list.refine((entries) => entries.every(isHostOrRange)).default([]),
  PIPEDREAM_CLIENT_ID: printable.optional(),
  PIPEDREAM_CLIENT_SECRET: printable.optional(),
  PIPEDREAM_PROJECT_ID: printable.regex(/^[\w-]+$/).optional(),
  PIPEDREAM_ENVIRONMENT: z.enum(['development', 'production']).default('production'),
  PIPEDREAM_API_URL: z
    .string()
    .transform((text) => text.replace(/\/$/, ''))
    .refine((text) => isOrigin(text) && /^https?:/.test(text))
    .default('https://api.pipedream.com'),
  OIDC_ISSUER: printable.refine(isIssuer).optional(),
  OIDC_AUDIENCE: printable.optional(),
  OIDC_ROLE_CLAIM: printable.optional(),
  OIDC_ROLES: z
    .string()
    .transform(parseRoles)
    .refine((roles) => roles !== undefined)
    .optional(),
  REFRESH: z.enum(['on', 'off']).default('on'),
  VERIFY_EVERY: z.string().transform(readSeconds).optional(),
  SHUTDOWN_DELAY: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .default(0),
  AUDIT_RETENTION: z
    .string()
    .regex(/^[1-9]\d{0,4}$/)
    .transform(Number)
    .optional(),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  LIMIT_BODY_BYTES: limit(defaultLimits.bodyBytes),
  LIMIT_REQUEST_SECONDS: limit(defaultLimits.requestSeconds),
  LIMIT_TOKENS: limit(defaultLimits.tokens),
  LIMIT_DEPTH: limit(defaultLimits.depth),
  LIMIT_COST: limit(defaultLimits.cost),
  LIMIT_ALIASES: limit(defaultLimits.aliases),
  LIMIT_PAGE_SIZE: limit(defaultLimits.pageSize),
  LIMIT_CONNECT_TOKENS: limit(defaultLimits.connectTokens),
  LIMIT_MINTS_PER_ADDRESS: limit(defaultLimits.mintsPerAddress),
  LIMIT_MINTS_PER_APP: limit(defaultLimits.mintsPerApp),
  LIMIT_ACTIONS_PER_TOKEN: limit(defaultLimits.actionsPerToken),
  LIMIT_ACTIONS_PER_KEYED_TOKEN: limit(defaultLimits.actionsPerKeyedToken),
  LIMIT_ACTIONS_PER_ADDRESS: limit(defaultLimits.actionsPerAddress),
  LIMIT_ACTIONS_PER_APP: limit(defaultLimits.actionsPerApp),
  LIMIT_VERIFICATIONS: limit(defaultLimits.verifications),
  LIMIT_VERIFICATIONS_PER_HOST: limit(defaultLimits.verificationsPerHost),
  LIMIT_REFERENCES: limit(defaultLimits.references),
  LIMIT_SUBSCRIPTIONS: limit(defaultLimits.subscriptions),
  LIMIT_SUBSCRIPTIONS_PER_APP: limit(defaultLimits.subscriptionsPerApp),
  LIMIT_SUBSCRIPTIONS_PER_ADDRESS: limit(defaultLimits.subscriptionsPerAddress),
  LIMIT_SUBSCRIPTIONS_PER_PROCESS: limit(defaultLimits.subscriptionsPerProcess),
  LIMIT_WAITING_CHANGES: limit(defaultLimits.waitingChanges),
  LIMIT_PROXY_MEGABYTES: limit(defaultLimits.proxyMegabytes),
  LIMIT_PROXY_RESPONSE_SECONDS: limit(defaultLimits.proxyResponseSeconds),
  LIMIT_PROXY_IDLE_SECONDS: limit(defaultLimits.proxyIdleSeconds),
  LIMIT_PROXY_PER_CONNECTION: limit(defaultLimits.proxyPerConnection),
  LIMIT_PROXY_PER_HOST: limit(defaultLimits.proxyPerHost),
});

export type Environment = z.infer<typeof environment>;

/** The words for each variable in the sentence that stops a start: "<variable> must be …". */
export const wanted: Record<keyof Environment, string> = {
  PORT: 'a port from 1 to 65535',
  HOST: 'a host name or an IP address to listen on',
  PUBLIC_URL: 'an http or https origin such as https://connect.example.com, without a path',
  DATABASE_URL: 'a PostgreSQL address such as postgresql://user@host:5432/database',
  DATA_DIR: 'a folder',
  MASTER_KEYS: 'kid:key pairs separated by commas, each key being 32 bytes in base64',
  BOOTSTRAP_ACCESS_KEY: 'acc_ and 64 characters of 0-9, A-Z and a-z',
  TRUSTED_PROXIES: 'IP addresses or CIDR ranges separated by commas',
  APP_DOMAINS: 'domains such as apps.example.com separated by commas',
  CORS_ORIGINS: 'origins such as https://app.example.com separated by commas',
  METRICS_TOKEN: 'at least 16 characters',
  CONNECTION_TYPES: 'a folder',
  OUTBOUND_ALLOW:
    'hosts, each with or without a port, or address ranges such as 10.0.0.0/8 or fd00::/8, without bits after the prefix, separated by commas',
  PIPEDREAM_CLIENT_ID: 'a client id, without spaces',
  PIPEDREAM_CLIENT_SECRET: 'a client secret, without spaces',
  PIPEDREAM_PROJECT_ID: 'a project id such as proj_abc123',
  PIPEDREAM_ENVIRONMENT: 'development or production',
  PIPEDREAM_API_URL: 'an http or https origin, without a path',
  OIDC_ISSUER: 'the https URL that the identity provider calls itself',
  OIDC_AUDIENCE: 'what its tokens for this server name as their audience',
  OIDC_ROLE_CLAIM: 'the name of a claim',
  OIDC_ROLES: 'value:role pairs separated by commas, such as ops:admin,devs:editor',
  REFRESH: 'on or off',
  VERIFY_EVERY: 'off, or a time such as 30m, 24h or 7d',
  SHUTDOWN_DELAY: 'a number of seconds from 0 to 999',
  AUDIT_RETENTION: 'a number of days from 1 to 99999',
  LOG_LEVEL: `one of ${logLevels.join(', ')}`,
  LIMIT_BODY_BYTES: 'a positive integer',
  LIMIT_REQUEST_SECONDS: 'a positive integer',
  LIMIT_TOKENS: 'a positive integer',
  LIMIT_DEPTH: 'a positive integer',
  LIMIT_COST: 'a positive integer',
  LIMIT_ALIASES: 'a positive integer',
  LIMIT_PAGE_SIZE: 'a positive integer',
  LIMIT_CONNECT_TOKENS: 'a positive integer',
  LIMIT_MINTS_PER_ADDRESS: 'a positive integer',
  LIMIT_MINTS_PER_APP: 'a positive integer',
  LIMIT_ACTIONS_PER_TOKEN: 'a positive integer',
  LIMIT_ACTIONS_PER_KEYED_TOKEN: 'a positive integer',
  LIMIT_ACTIONS_PER_ADDRESS: 'a positive integer',
  LIMIT_ACTIONS_PER_APP: 'a positive integer',
  LIMIT_VERIFICATIONS: 'a positive integer',
  LIMIT_VERIFICATIONS_PER_HOST: 'a positive integer',
  LIMIT_REFERENCES: 'a positive integer',
  LIMIT_SUBSCRIPTIONS: 'a positive integer',
  LIMIT_SUBSCRIPTIONS_PER_APP: 'a positive integer',
  LIMIT_SUBSCRIPTIONS_PER_ADDRESS: 'a positive integer',
  LIMIT_SUBSCRIPTIONS_PER_PROCESS: 'a positive integer',
  LIMIT_WAITING_CHANGES: 'a positive integer',
  LIMIT_PROXY_MEGABYTES: 'a positive integer',
  LIMIT_PROXY_RESPONSE_SECONDS: 'a positive integer',
  LIMIT_PROXY_IDLE_SECONDS: 'a positive integer',
  LIMIT_PROXY_PER_CONNECTION: 'a positive integer',
  LIMIT_PROXY_PER_HOST: 'a positive integer',
};

const secondsIn = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads a time such as `24h` as seconds; undefined for `off`. */
function readSeconds(text: string, context: z.RefinementCtx): number | undefined {
  if (text === 'off') return undefined;
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) return Number(count) * secondsIn[unit as keyof typeof secondsIn];
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
}

function limit(byDefault: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .default(byDefault);
}

function requireDatabaseUrl(text: string, context: z.RefinementCtx): void {
  const wanted = findDatabaseUrlFault(text);
  if (wanted !== undefined) context.addIssue({ code: 'custom', params: { wanted } });
}

/** Whether a text is `kid:key` pairs separated by commas, as in MASTER_KEYS. */
export function isMasterKeys(text: string): boolean {
  return text.split(',').every(isMasterKey);
}

function isMasterKey(pair: string): boolean {
  const key = /^\s*[\w.-]{1,64}:([A-Za-z0-9+/]{43}=)\s*$/.exec(pair)?.[1];
  return key !== undefined && Buffer.from(key, 'base64').length === 32;
}

function toBlockList(ranges: string[], context: z.RefinementCtx): BlockList {
  const blocks = new BlockList();
  for (const range of ranges) {
    const [address = '', bits, ...rest] = range.split('/');
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || rest.length > 0 || prefix < 0 || prefix > longest) {
      context.addIssue({ code: 'custom', message: 'not a range' });
      return z.NEVER;
    }
    blocks.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return blocks;
}
