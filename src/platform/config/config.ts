import type { BlockList } from 'node:net';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { type Environment, environment, wanted } from './config.environment.ts';
import { type OAuthClients, readOAuthClients } from './config.oauth.ts';
import { type OidcConfig, readOidcConfig } from './config.oidc.ts';
import { type PipedreamConfig, readPipedreamConfig } from './config.pipedream.ts';

export type Config = {
  port: number;
  host: string;
  /** The scheme and authority of every URL that this server writes, without a slash at the end. */
  publicUrl: string;
  /** The address of PostgreSQL; undefined for the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  masterKeys: string | undefined;
  bootstrapAccessKey: string | undefined;
  trustedProxies: BlockList;
  /** The domains in which apps can have hostnames; empty for no restriction. */
  appDomains: readonly string[];
  corsOrigins: readonly string[];
  metricsToken: string | undefined;
  /** The folder with the operator's own connection types; undefined for none. */
  connectionTypes: string | undefined;
  /** Private hosts that users can name as OAuth endpoints, for development. */
  outboundAllow: readonly string[];
  /** The settings of Pipedream; undefined if nobody can link an account there. */
  pipedream: PipedreamConfig | undefined;
  /** The identity provider; undefined if people use only personal access tokens. */
  oidc: OidcConfig | undefined;
  /** `off`: the server refreshes no token, as a restored copy of a database requires. */
  refresh: 'on' | 'off';
  /** Seconds between two checks of the same credentials by schedule; undefined for no schedule. */
  verifyEvery: number | undefined;
  /** Seconds for which a stopping server still accepts requests while `/ready` returns 503. */
  shutdownDelay: number;
  /** Days for which audit events are kept; undefined for ever. */
  auditRetention: number | undefined;
  /** The OAuth clients and endpoints of the operator, by provider. */
  oauthClients: OAuthClients;
  logLevel: Environment['LOG_LEVEL'];
  limits: Limits;
};

/** Reads the environment once. It throws a {@link ConfigError} that names every wrong variable. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(describeConfigError(parsed.error));
  const { data } = parsed;
  if (data.PUBLIC_URL === undefined && !isLoopback(data.HOST)) {
    throw new ConfigError(
      `PUBLIC_URL must be ${wanted.PUBLIC_URL}: it is required when HOST is not a loopback address.`,
    );
  }
  const publicUrl = data.PUBLIC_URL ?? defaultPublicUrl(data.HOST, data.PORT);
  return {
    port: data.PORT,
    host: data.HOST,
    publicUrl,
    databaseUrl: data.DATABASE_URL,
    dataDir: resolve(data.DATA_DIR),
    masterKeys: data.MASTER_KEYS,
    bootstrapAccessKey: data.BOOTSTRAP_ACCESS_KEY,
    trustedProxies: data.TRUSTED_PROXIES,
    appDomains: data.APP_DOMAINS,
    corsOrigins: data.CORS_ORIGINS,
    metricsToken: data.METRICS_TOKEN,
    connectionTypes:
      data.CONNECTION_TYPES === undefined ? undefined : resolve(data.CONNECTION_TYPES),
    outboundAllow: data.OUTBOUND_ALLOW,
    refresh: data.REFRESH,
    verifyEvery: data.VERIFY_EVERY,
    shutdownDelay: data.SHUTDOWN_DELAY,
    auditRetention: data.AUDIT_RETENTION,
    ...requireTogether(given, data, publicUrl),
    logLevel: data.LOG_LEVEL,
    limits: {
      bodyBytes: data.LIMIT_BODY_BYTES,
      requestSeconds: data.LIMIT_REQUEST_SECONDS,
      tokens: data.LIMIT_TOKENS,
      depth: data.LIMIT_DEPTH,
      cost: data.LIMIT_COST,
      aliases: data.LIMIT_ALIASES,
      pageSize: data.LIMIT_PAGE_SIZE,
      connectTokens: data.LIMIT_CONNECT_TOKENS,
      mintsPerAddress: data.LIMIT_MINTS_PER_ADDRESS,
      mintsPerApp: data.LIMIT_MINTS_PER_APP,
      actionsPerToken: data.LIMIT_ACTIONS_PER_TOKEN,
      actionsPerKeyedToken: data.LIMIT_ACTIONS_PER_KEYED_TOKEN,
      actionsPerAddress: data.LIMIT_ACTIONS_PER_ADDRESS,
      actionsPerApp: data.LIMIT_ACTIONS_PER_APP,
      verifications: data.LIMIT_VERIFICATIONS,
      verificationsPerHost: data.LIMIT_VERIFICATIONS_PER_HOST,
      references: data.LIMIT_REFERENCES,
      subscriptions: data.LIMIT_SUBSCRIPTIONS,
      subscriptionsPerApp: data.LIMIT_SUBSCRIPTIONS_PER_APP,
      subscriptionsPerAddress: data.LIMIT_SUBSCRIPTIONS_PER_ADDRESS,
      subscriptionsPerProcess: data.LIMIT_SUBSCRIPTIONS_PER_PROCESS,
      waitingChanges: data.LIMIT_WAITING_CHANGES,
      proxyMegabytes: data.LIMIT_PROXY_MEGABYTES,
      proxyResponseSeconds: data.LIMIT_PROXY_RESPONSE_SECONDS,
      proxyIdleSeconds: data.LIMIT_PROXY_IDLE_SECONDS,
      proxyPerConnection: data.LIMIT_PROXY_PER_CONNECTION,
      proxyPerHost: data.LIMIT_PROXY_PER_HOST,
    },
  };
}

/**
 * Reads the settings that consist of several variables; throws if some of them are missing or wrong.
 */
function requireTogether(
  env: Record<string, string | undefined>,
  data: Environment,
  publicUrl: string,
) {
  const complaints: string[] = [];
  const complain = (name: string, what: string) => complaints.push(`${name} must be ${what}.`);
  const oauthClients = readOAuthClients(env, complain);
  const pipedream = readPipedreamConfig(data, complain);
  const oidc = readOidcConfig(data, publicUrl, complain);
  if (complaints.length > 0) throw new ConfigError(complaints.join('\n'));
  return { oauthClients, pipedream, oidc };
}

/** Whether only this machine can reach a server that listens on this host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A loopback host can be an IPv6 address, on which 127.0.0.1 would not respond. */
function defaultPublicUrl(host: string, port: number): string {
  return `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`;
}

function describeConfigError(error: z.ZodError): string {
  const complaints = error.issues.map((issue) => {
    const name = issue.path[0] as keyof typeof wanted;
    const own: unknown = issue.code === 'custom' ? issue.params?.wanted : undefined;
    return `${name} must be ${typeof own === 'string' ? own : wanted[name]}.`;
  });
  return [...new Set(complaints)].join('\n');
}
