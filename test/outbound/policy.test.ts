import { describe, expect, it } from 'vitest';
import {
  findAddressProblem,
  isGlobalUnicast,
  parseOutboundAllow,
} from '../../src/core/outbound/outbound-policy.ts';
import { privateHosts, publicHosts } from './private-addresses.ts';

const nothing = parseOutboundAllow('') ?? new Set();
const isPrivate =
  'must not point into a private network; an operator can open a host in OUTBOUND_ALLOW';

describe('an address that a person types', () => {
  it('is refused in at least 60 spellings', () => {
    expect(new Set(privateHosts).size).toBeGreaterThanOrEqual(60);
  });

  it.each(privateHosts)('is refused when it points to %s', (host) => {
    expect(findAddressProblem(`https://${host}/token`, nothing)).toBe(isPrivate);
    expect(findAddressProblem(`https://${host}:8443/token?a=b`, nothing)).toBe(isPrivate);
    expect(findAddressProblem(`HTTPS:\\\\${host}\\token`, nothing)).toBe(isPrivate);
  });

  it.each(publicHosts)('is accepted when it points to %s', (host) => {
    expect(findAddressProblem(`https://${host}/token`, nothing)).toBeUndefined();
  });

  it.each([
    'http://auth.example.com/token',
    'ftp://auth.example.com/token',
    'file:///etc/passwd',
    'data:text/plain,token',
    'unix:/var/run/docker.sock',
    'auth.example.com/token',
    '//auth.example.com/token',
    'https://',
    'https://[fe80::1%25eth0]/token',
    'https://256.0.0.1/token',
    '',
  ])('is refused when it is %j', (address) => {
    expect(findAddressProblem(address, nothing)).toBe('must be an https URL');
  });

  it.each([
    'https://user@auth.example.com/token',
    'https://:password@auth.example.com/token',
    'https://auth.example.com:443@auth.example.org/token',
  ])('is refused when it holds a user or a password, as in %s', (address) => {
    expect(findAddressProblem(address, nothing)).toBe(
      'must not hold a user name or a password: use client_id and client_secret',
    );
  });
});

describe('a literal address', () => {
  const literals = (hosts: readonly string[]) =>
    hosts.map((host) => new URL(`https://${host}`).hostname.replace(/^\[|\]$/g, ''));

  it.each(literals(privateHosts).filter((host) => /^[\d.]+$|:/.test(host)))(
    '%s is not global unicast',
    (address) => {
      expect(isGlobalUnicast(address)).toBe(false);
    },
  );

  it.each(literals(publicHosts).filter((host) => /^[\d.]+$|:/.test(host)))(
    '%s is global unicast',
    (address) => {
      expect(isGlobalUnicast(address)).toBe(true);
    },
  );

  it.each([
    '',
    'example.com',
    '8.8.8',
    '8.8.8.8 ',
    '08.8.8.8',
    'fe80::1%eth0',
    '2606:4700::1%1',
    '[2606:4700::1]',
    '::ffff:8.8.8.8%1',
  ])('%j is not a literal address', (text) => {
    expect(isGlobalUnicast(text)).toBe(false);
  });
});

describe('OUTBOUND_ALLOW', () => {
  const allowed =
    parseOutboundAllow(' localhost:9000, AUTH.test ,[::1]:9001,127.0.0.1,') ?? nothing;

  it.each([
    'http://localhost:9000/token',
    'https://LOCALHOST.:9000/token',
    'http://auth.test/token',
    'http://auth.test:8080/token',
    'http://[::1]:9001/token',
    'https://2130706433:1234/token',
  ])('allows %s', (address) => {
    expect(findAddressProblem(address, allowed)).toBeUndefined();
  });

  it.each([
    'https://localhost/token',
    'https://localhost:9002/token',
    'https://sub.localhost:9000/token',
    'https://[::1]/token',
    'https://127.0.0.2/token',
  ])('does not allow %s', (address) => {
    expect(findAddressProblem(address, allowed)).toBe(isPrivate);
  });

  it('does not allow another scheme or a user name', () => {
    expect(findAddressProblem('ftp://auth.test/token', allowed)).toBe('must be an https URL');
    expect(findAddressProblem('http://me@auth.test/token', allowed)).toMatch(/user name/);
  });

  it('knows the default port of the scheme', () => {
    const ports = parseOutboundAllow('plain.localhost:80,tls.localhost:443') ?? nothing;
    expect(findAddressProblem('http://plain.localhost/token', ports)).toBeUndefined();
    expect(findAddressProblem('https://tls.localhost/token', ports)).toBeUndefined();
    expect(findAddressProblem('http://tls.localhost/token', ports)).toBe('must be an https URL');
  });

  it.each([
    'http://localhost',
    'localhost/path',
    'localhost:port',
    'localhost:70000',
    'user@localhost',
    '::1',
    'a b',
    '*.example.com',
  ])('is not %j', (text) => {
    expect(parseOutboundAllow(text)).toBeUndefined();
    expect(parseOutboundAllow(`localhost,${text}`)).toBeUndefined();
  });
});
