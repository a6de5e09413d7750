import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { requestFacts } from '../../src/edge/server/request-facts.ts';

const trusted = new BlockList();
trusted.addSubnet('10.0.0.0', 8, 'ipv4');
trusted.addAddress('2001:db8::1', 'ipv6');

const ipOf = (peer: string | undefined, forwardedFor?: string) =>
  requestFacts(trusted, peer, { forwardedFor, requestId: undefined }).ip;

test.each([
  ['a stranger’s word counts for nothing', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a proxy’s last hop is the client', '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['hops of proxies are passed over', '10.0.0.1', '203.0.113.9, 10.1.1.1, 10.2.2.2', '203.0.113.9'],
  [
    'a client cannot name another before itself',
    '10.0.0.1',
    '10.9.9.9, 1.2.3.4, 203.0.113.9',
    '203.0.113.9',
  ],
  ['an invalid hop ends the search', '10.0.0.1', '203.0.113.9, unknown, 10.1.1.1', '10.0.0.1'],
  ['a hop with a zone does no harm', '10.0.0.1', 'fe80::1%eth0', '10.0.0.1'],
  ['a hop with a long zone does no harm', '10.0.0.1', `fe80::1%${'x'.repeat(5_000)}`, '10.0.0.1'],
  ['IPv4 in IPv6 is IPv4', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  ['a proxy over IPv4 in IPv6 is trusted', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['a proxy on IPv6 is trusted', '2001:db8::1', '2001:db8::99', '2001:db8::99'],
  ['a hop may have a port', '10.0.0.1', '1.2.3.4, 203.0.113.9:5678', '203.0.113.9'],
  ['a hop on IPv6 may have a port', '10.0.0.1', '[2001:db8::99]:99', '2001:db8::99'],
  ['a hop on IPv6 may be in brackets', '10.0.0.1', '[2001:db8::99]', '2001:db8::99'],
  ['a hop may be in quotes', '10.0.0.1', '"[2001:db8::99]:99"', '2001:db8::99'],
  ['a hop in quotes may be IPv4', '10.0.0.1', '"203.0.113.9:1"', '203.0.113.9'],
  [
    'a proxy’s hop with a port is passed over',
    '10.0.0.1',
    '203.0.113.9, 10.2.2.2:80',
    '203.0.113.9',
  ],
  ['IPv4 in IPv6 with a port is IPv4', '10.0.0.1', '[::ffff:203.0.113.9]:1', '203.0.113.9'],
  ['IPv4 in IPv6 may be in hexadecimals', '10.0.0.1', '::FFFF:cb00:7109', '203.0.113.9'],
  ['a hop on IPv6 has one spelling', '10.0.0.1', '2001:DB8:0:0::0099', '2001:db8::99'],
  ['a hop with a wrong port is no address', '10.0.0.1', '203.0.113.9:x', '10.0.0.1'],
  ['no header, the proxy itself', '10.0.0.1', undefined, '10.0.0.1'],
  ['only proxies, the one that called', '10.0.0.1', '10.1.1.1', '10.0.0.1'],
  ['a connection that is gone has no address', undefined, '203.0.113.9', null],
])('%s', (_what, peer, forwardedFor, ip) => {
  expect(ipOf(peer, forwardedFor)).toBe(ip);
});

test.each([
  ['from-the-proxy_1.2:3', true],
  ['', false],
  ['with blanks', false],
  ['x'.repeat(129), false],
  ['line\nbreak', false],
  ['"><script>', false],
])('a request id of %j from a proxy is used: %s', (requestId, taken) => {
  const { id } = requestFacts(trusted, '10.0.0.1', { forwardedFor: undefined, requestId });
  expect(id === requestId).toBe(taken);
  const own = requestFacts(trusted, '203.0.113.9', { forwardedFor: undefined, requestId });
  expect(own.id).not.toBe(requestId);
});
