import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/platform/config/config.ts';
import { ConfigError } from '../../src/platform/errors.ts';
import { defaultLimits } from '../../src/platform/limits.ts';
import { canary, requireNoCanary } from '../helpers/canary.ts';

const key = () => randomBytes(32).toString('base64');

test('every variable has a default', () => {
  expect(readConfig({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:4000',
    databaseUrl: undefined,
    masterKeys: undefined,
    corsOrigins: [],
    logLevel: 'info',
    limits: defaultLimits,
  });
});

test('an empty variable counts as absent', () => {
  expect(readConfig({ PORT: '', HOST: '', DATABASE_URL: '' })).toEqual(readConfig({}));
});

describe('a bad value stops the start with an error that names the variable and not its value:', () => {
  const secret = canary;
  test.each([
    ['PORT', () => '0'],
    ['PORT', () => '65536'],
    ['PORT', () => '4000x'],
    ['PORT', () => '-1'],
    ['PUBLIC_URL', () => 'connect.example'],
    ['PUBLIC_URL', () => `https://connect.example/${secret()}`],
    ['PUBLIC_URL', () => 'ftp://connect.example'],
    ['PUBLIC_URL', () => `https://user:${secret()}@connect.example`],
    ['DATABASE_URL', () => `mysql://user:${secret()}@db/x`],
    ['DATABASE_URL', () => secret()],
    ['MASTER_KEYS', () => secret()],
    ['MASTER_KEYS', () => `k1:${secret()}`],
    ['MASTER_KEYS', () => `k1:${randomBytes(31).toString('base64')}`],
    ['MASTER_KEYS', () => `k1:${key()},`],
    ['MASTER_KEYS', () => `:${key()}`],
    ['MASTER_KEYS', () => `a b:${key()}`],
    ['BOOTSTRAP_ACCESS_KEY', () => secret()],
    ['BOOTSTRAP_ACCESS_KEY', () => `acc_${'x'.repeat(63)}`],
    ['TRUSTED_PROXIES', () => '10.0.0.0/33'],
    ['TRUSTED_PROXIES', () => '10.0.0.0/8/8'],
    ['TRUSTED_PROXIES', () => 'proxy.example'],
    ['TRUSTED_PROXIES', () => '10.0.0.0/'],
    ['CORS_ORIGINS', () => '*'],
    ['CORS_ORIGINS', () => 'https://app.example/'],
    ['CORS_ORIGINS', () => 'app.example'],
    ['METRICS_TOKEN', () => 'short'],
    ['LOG_LEVEL', () => 'loud'],
    ['LIMIT_DEPTH', () => '0'],
    ['LIMIT_COST', () => '1e3'],
    ['LIMIT_BODY_BYTES', () => '-1'],
  ])('%s', (name, value) => {
    const attempt = () => readConfig({ [name]: value() });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      const { message } = error as Error;
      expect(message.startsWith(`${name} must be `)).toBe(true);
      requireNoCanary('the message', message);
    }
  });

  test('all bad values are named at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'x', CORS_ORIGINS: 'x' })).toThrow(
      /PORT must be .*\nCORS_ORIGINS must be .*\nLOG_LEVEL must be .*/,
    );
  });
});

describe('PUBLIC_URL', () => {
  test('is required when the server listens beyond this machine', () => {
    expect(() => readConfig({ HOST: '0.0.0.0' })).toThrow(/PUBLIC_URL must be/);
    expect(() => readConfig({ HOST: '::' })).toThrow(/PUBLIC_URL must be/);
    expect(() => readConfig({ HOST: 'localhost.evil.example' })).toThrow(/PUBLIC_URL must be/);
    for (const host of ['localhost', '::1', '127.0.0.1', '127.9.9.9']) readConfig({ HOST: host });
  });

  test('loses its slash at the end, and defaults to the address of the server', () => {
    const publicUrl = (env: Record<string, string>) => readConfig(env).publicUrl;
    expect(publicUrl({ PUBLIC_URL: 'https://a.example/' })).toBe('https://a.example');
    expect(publicUrl({ HOST: '::1', PORT: '80' })).toBe('http://[::1]:80');
  });
});

describe('DATABASE_URL', () => {
  const read = (DATABASE_URL: string) => () => readConfig({ DATABASE_URL });

  test.each([
    'postgres://u:pa/ss@h/d',
    'postgres://u:12/34@h/d',
    'postgres://u:12#34@h/d',
    'postgres://u:12?34@h/d',
    'postgres://u:p@ss#word@h/d',
    'postgres://u:p%ff@h/d',
  ])('%s has a password that must be encoded, and is refused with the way to do it', (url) => {
    expect(read(url)).toThrow(/^DATABASE_URL must be .*percent-encoded: @ as %40/);
    expect(read(url)).not.toThrow(/34|\bss\b|p%ff/);
  });

  test.each([
    'postgres://u@h/d?schema=patchbay',
    'postgres://u@h/d?currentSchema=patchbay',
    'postgres://u@h/d?search_path=patchbay',
    'postgres://u@h/d?options=-c%20search_path%3Dpatchbay',
    'postgres://u@h/d?Schema=patchbay',
    'postgres://u@h/d?schema=public&schema=patchbay',
    'postgres://u@h/d?options=--Search-Path%3Dpatchbay',
  ])('%s is refused, because it names another schema', (url) => {
    expect(read(url)).toThrow(/^DATABASE_URL must be .*schema "public"/);
  });

  test('an unknown sslmode is refused', () => {
    expect(read('postgres://u@h/d?sslmode=verify_full')).toThrow(/sslmode is one of disable/);
  });

  test.each([
    'postgres://u:p%40ss%2Fw@h:5432/d',
    'postgresql://u:p@ss@h/d',
    'postgresql://u@h/d?schema=public&sslmode=require',
    'postgresql:///d?host=/var/run/postgresql',
    'postgresql://h/d?user=name@server',
  ])('%s is accepted', (url) => {
    expect(read(url)()).toMatchObject({ databaseUrl: url });
  });
});
