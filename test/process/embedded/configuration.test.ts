import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { wanted } from '../../../src/platform/config/config.environment.ts';
import { readConfig } from '../../../src/platform/config/config.ts';
import { ConfigError } from '../../../src/platform/errors.ts';
import {
  findFreePort,
  makeDataFolder,
  makeEnvironment,
  startRefused,
} from '../../helpers/process.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const inHex = Buffer.alloc(32, 7).toString('hex');

/** Two bad values of each checked variable, and the expected form in the message. */
const badValues: [name: string, values: [string, string], wanted: string][] = [
  ['PORT', ['65536', '80 80'], 'a port from 1 to 65535'],
  ['PUBLIC_URL', ['https://p.example/path', 'ftp://p.example'], 'an http or https origin'],
  [
    'DATABASE_URL',
    ['mysql://root:hunter2@localhost/app', 'postgresql://u:hunter2@local host:x/app'],
    'a PostgreSQL address',
  ],
  ['MASTER_KEYS', [key, `k1:${inHex}`], 'kid:key pairs separated by commas'],
  ['BOOTSTRAP_ACCESS_KEY', ['acc_hunter2', 'hunter2'.repeat(9)], 'acc_ and 64 characters'],
  ['TRUSTED_PROXIES', ['10.0.0.0/33', 'proxy.example'], 'IP addresses or CIDR ranges'],
  ['APP_DOMAINS', ['*.apps.test', 'https://apps.test'], 'domains such as apps.example.com'],
  ['CORS_ORIGINS', ['https://portal.test,*', 'portal.test'], 'origins such as https://'],
  ['METRICS_TOKEN', ['hunter2', 'hunter2hunter2'], 'at least 16 characters'],
  [
    'OUTBOUND_ALLOW',
    ['*.portal.test', '10.1.0.0/8'],
    'hosts, each with or without a port, or address ranges',
  ],
  ['PIPEDREAM_CLIENT_ID', ['two words', 'hunter2 '], 'a client id'],
  ['PIPEDREAM_CLIENT_SECRET', ['hunter2 hunter2', 'hünter2'], 'a client secret'],
  ['PIPEDREAM_PROJECT_ID', ['proj/../1', 'hunter2?'], 'a project id'],
  ['PIPEDREAM_ENVIRONMENT', ['staging', 'Production'], 'development or production'],
  ['PIPEDREAM_API_URL', ['api.pipedream.com', 'ftp://hunter2.test'], 'an http or https origin'],
  ['OIDC_ISSUER', ['idp.example', 'http://hunter2.test'], 'the https URL'],
  ['OIDC_AUDIENCE', ['two words', 'hünter2'], 'what its tokens'],
  ['OIDC_ROLE_CLAIM', ['two words', 'hünter2'], 'the name of a claim'],
  ['OIDC_ROLES', ['hunter2', 'ops:root'], 'value:role pairs'],
  ['REFRESH', ['maybe', 'OFF'], 'on or off'],
  ['SHUTDOWN_DELAY', ['-1', '1.5'], 'a number of seconds'],
  ['AUDIT_RETENTION', ['sixty', '3.5'], 'a number of days'],
  ['LOG_LEVEL', ['chatty', 'INFO'], 'one of fatal, error, warn, info, debug, silent'],
  ['LIMIT_BODY_BYTES', ['1MiB', '10000000000'], 'a positive integer'],
  ['LIMIT_TOKENS', ['-17', '1_700'], 'a positive integer'],
  ['LIMIT_DEPTH', ['0x11', '٧'], 'a positive integer'],
  ['LIMIT_COST', ['1e17', 'NaN'], 'a positive integer'],
  ['LIMIT_ALIASES', ['1.75', 'none'], 'a positive integer'],
  ['LIMIT_PAGE_SIZE', ['000', '+25'], 'a positive integer'],
  ['LIMIT_CONNECT_TOKENS', ['5 each', '5,'], 'a positive integer'],
  ['LIMIT_MINTS_PER_ADDRESS', ['60/min', 'sixty'], 'a positive integer'],
  ['LIMIT_MINTS_PER_APP', ['6e2', '600 '], 'a positive integer'],
  ['LIMIT_REFERENCES', ['a thousand', '-1'], 'a positive integer'],
  ['LIMIT_SUBSCRIPTIONS', ['ten', '10.5'], 'a positive integer'],
  ['LIMIT_ACTIONS_PER_TOKEN', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_ACTIONS_PER_KEYED_TOKEN', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_ACTIONS_PER_ADDRESS', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_ACTIONS_PER_APP', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_SUBSCRIPTIONS_PER_APP', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_SUBSCRIPTIONS_PER_ADDRESS', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_SUBSCRIPTIONS_PER_PROCESS', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_REQUEST_SECONDS', ['30s', '-30'], 'a positive integer'],
  ['LIMIT_WAITING_CHANGES', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_PROXY_MEGABYTES', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_PROXY_RESPONSE_SECONDS', ['30s', '-30'], 'a positive integer'],
  ['LIMIT_PROXY_IDLE_SECONDS', ['30s', '-30'], 'a positive integer'],
  ['LIMIT_PROXY_PER_CONNECTION', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_PROXY_PER_HOST', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_VERIFICATIONS', ['1k', '-1000'], 'a positive integer'],
  ['LIMIT_VERIFICATIONS_PER_HOST', ['1k', '-1000'], 'a positive integer'],
  ['VERIFY_EVERY', ['5 minutes', '-24h'], 'off, or a time such as 30m'],
];

describe('a bad value', () => {
  const alone = badValues.flatMap(([name, values]) => values.map((value) => [name, value]));

  it.each(alone)('of %s, "%s", stops the start', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} must be [^\n]+\\.$`));
  });

  it.each([0, 1])(
    'of every variable is reported in one start (%i)',
    async (which) => {
      const bad = badValues.map(([name, values]) => [name, values[which] ?? ''] as const);
      const { code, stdout, stderr } = await startRefused(Object.fromEntries(bad));
      const lines = stderr.trimEnd().split('\n');
      for (const [name, , wanted] of badValues) {
        expect(lines.filter((line) => line.startsWith(`${name} must be ${wanted}`))).toHaveLength(
          1,
        );
      }
      for (const [, value] of bad) expect(stdout + stderr).not.toContain(value);
      expect(stderr).not.toContain('hunter2');
      expect(lines).toHaveLength(badValues.length);
      expect(code).toBe(1);
    },
    60_000,
  );

  it.each(['no-such-host.invalid', '192.0.2.77'])(
    'of HOST, "%s", is reported',
    async (HOST) => {
      const { code, stdout, stderr } = await startRefused({
        PORT: String(await findFreePort()),
        DATA_DIR: await makeDataFolder(),
        PUBLIC_URL: 'https://patchbay.example',
        HOST,
      });
      expect(stderr).toContain('HOST must be a host name or an IP address to listen on');
      expect(stdout + stderr).not.toContain(HOST);
      expect(stderr).not.toMatch(/\n {4}at /);
      expect(code).toBe(1);
    },
    60_000,
  );

  it('of DATA_DIR is reported', async () => {
    const { code, stderr } = await startRefused({ DATA_DIR: '/dev/null/patchbay-data' });
    expect(stderr).toContain('DATA_DIR must be a folder');
    expect(stderr).not.toContain('/dev/null/patchbay-data');
    expect(code).toBe(1);
  }, 60_000);

  it('is tested above for every variable', () => {
    const elsewhere = ['HOST', 'DATA_DIR', 'CONNECTION_TYPES']; // type-files has a test of the last one
    const tried = new Set([...badValues.map(([name]) => name), ...elsewhere]);
    expect([...tried].toSorted()).toEqual(Object.keys(wanted).toSorted());
  });
});

describe('the server does not start', () => {
  it('when it listens beyond this machine without PUBLIC_URL', async () => {
    const { code, stderr } = await startRefused({ HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^PUBLIC_URL must be .*required when HOST is not a loopback address/);
  }, 60_000);

  it('on PostgreSQL without MASTER_KEYS, and the message contains a new key', async () => {
    const DATABASE_URL = 'postgresql://patchbay:hunter2@127.0.0.1:1/patchbay';
    const { code, stderr } = await startRefused({ DATABASE_URL });
    expect(code).toBe(1);
    expect(stderr).toMatch(/MASTER_KEYS must be set.*echo "k1:\$\(openssl rand -base64 32\)"/);
    expect(stderr).not.toContain('hunter2');
  }, 60_000);

  it('when MASTER_KEYS names a key twice', async () => {
    const { code, stderr } = await startRefused({ MASTER_KEYS: `k1:${key},k1:${key}` });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^MASTER_KEYS must name each key once/);
    expect(stderr).not.toContain(key);
  }, 60_000);

  it('on a port that is in use, which it names', async () => {
    const port = await findFreePort();
    const holder = createServer().listen(port, '127.0.0.1');
    const environment = { ...(await makeEnvironment()), PORT: String(port) };
    const { code, stderr } = await startRefused(environment).finally(() => holder.close());
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`in use.*${port}`));
    expect(stderr).not.toMatch(/\n {4}at /);
  }, 60_000);
});
