import { describe, expect, it } from 'vitest';
import {
  findAddressProblem,
  isGlobalUnicast,
  isOpenAddress,
  type OutboundAllowList,
  parseOutboundAllow,
} from '../../src/core/outbound/outbound-policy.ts';
import { privateHosts, publicHosts } from './private-addresses.ts';

function allow(text: string): OutboundAllowList {
  const list = parseOutboundAllow(text);
  if (list === undefined) throw new Error(`${text} is not a list.`);
  return list;
}

const nothing = allow('');
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
  const allowed = allow(' localhost:9000, AUTH.test ,[::1]:9001,127.0.0.1,');

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
    const ports = allow('plain.localhost:80,tls.localhost:443');
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
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0/8',
    '10.1.0.0/8',
    'fd00::1/8',
    'fd00::/129',
    '[fd00::]/8',
    'fe80::%eth0/10',
    '::ffff:10.0.0.0/8',
    'db.internal/8',
  ])('is not %j', (text) => {
    expect(parseOutboundAllow(text)).toBeUndefined();
    expect(parseOutboundAllow(`localhost,${text}`)).toBeUndefined();
  });
});

describe('a range in OUTBOUND_ALLOW', () => {
  const ranges = allow('10.0.0.0/8, fd00::/8,192.168.1.4/30,::ffff:172.16.0.0/112');

  it.each([
    '10.0.0.0',
    '10.255.255.255',
    '::ffff:10.1.2.3',
    '::FFFF:A01:203',
    'fd12::1',
    '192.168.1.7',
    '172.16.255.255',
    '8.8.8.8',
    '2606:4700::1',
  ])('opens a socket to %s', (address) => {
    expect(isOpenAddress(address, ranges)).toBe(true);
  });

  it.each([
    '9.255.255.255.',
    '127.0.0.1',
    '169.254.169.254',
    '192.168.1.8',
    '192.168.1.3',
    '172.17.0.0',
    '64:ff9b::a00:1',
    '::10.0.0.1',
    '2002:a00:1::1',
    'fc00::1',
    'fd00::1%eth0',
    '::1',
    'db.internal',
    '',
  ])('opens no socket to %j', (address) => {
    expect(isOpenAddress(address, ranges)).toBe(false);
  });

  it.each(['https://10.1.2.3/token', 'http://10.1.2.3:8080/token', 'https://[fd00::1]/token'])(
    'accepts the literal address in %s',
    (address) => {
      expect(findAddressProblem(address, ranges)).toBeUndefined();
    },
  );

  it('leaves it to the socket what a local name resolves to', () => {
    expect(findAddressProblem('https://db.internal/token', ranges)).toBeUndefined();
    expect(findAddressProblem('https://db.internal/token', nothing)).toBe(isPrivate);
    expect(findAddressProblem('http://db.internal/token', ranges)).toBe('must be an https URL');
  });

  it.each(['https://127.0.0.1/token', 'https://169.254.169.254/', 'https://[fc00::1]/token'])(
    'does not accept %s',
    (address) => {
      expect(findAddressProblem(address, ranges)).toBe(isPrivate);
    },
  );

  it('may be all addresses', () => {
    expect(isOpenAddress('127.0.0.1', allow('0.0.0.0/0'))).toBe(true);
    expect(isOpenAddress('::1', allow('0.0.0.0/0'))).toBe(false);
    expect(isOpenAddress('::1', allow('::/0'))).toBe(true);
  });
});
