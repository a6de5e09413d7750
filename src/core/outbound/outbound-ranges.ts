import { type AddressRange, readIpv4, readIpv6 } from '../../platform/addresses.ts';

/**
 * The IPv4 ranges that are not global unicast. @see
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export const refusedIpv4: readonly AddressRange[] = [
  range('0.0.0.0/8'), // this network; Linux connects 0.0.0.0 to itself
  range('10.0.0.0/8'), // private
  range('100.64.0.0/10'), // carrier-grade NAT; 100.100.100.200 is Alibaba's metadata
  range('127.0.0.0/8'), // loopback
  range('168.63.129.16/32'), // public by number, but inside Azure it is the platform's own channel
  range('169.254.0.0/16'), // link-local; 169.254.169.254 is most clouds' metadata
  range('172.16.0.0/12'), // private
  range('192.0.0.0/24'), // IETF protocol assignments; 192.0.0.192 is Oracle's metadata
  range('192.0.2.0/24'), // TEST-NET-1
  range('192.88.99.0/24'), // 6to4 relay
  range('192.168.0.0/16'), // private
  range('198.18.0.0/15'), // benchmarking
  range('198.51.100.0/24'), // TEST-NET-2
  range('203.0.113.0/24'), // TEST-NET-3
  range('224.0.0.0/4'), // multicast
  range('240.0.0.0/4'), // reserved, and broadcast
];

/** The only part of IPv6 that is assigned as global unicast. Everything outside is refused. */
export const globalIpv6 = range('2000::/3');

/**
 * The ranges inside {@link globalIpv6} that are not global unicast. @see
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const refusedIpv6: readonly AddressRange[] = [
  range('2001::/23'), // IETF protocol assignments, with Teredo (2001::/32), benchmarking and ORCHID
  range('2001:db8::/32'), // documentation
  range('3fff::/20'), // documentation
];

/**
 * IPv6 ranges that embed an IPv4 address, which begins at byte `at`. The embedded address is the one to
 * check.
 */
export const embeddedIpv4: readonly (AddressRange & { at: number })[] = [
  { ...range('::ffff:0:0/96'), at: 12 }, // v4-mapped
  { ...range('64:ff9b::/96'), at: 12 }, // NAT64; the local 64:ff9b:1::/48 is outside the global part
  { ...range('2002::/16'), at: 2 }, // 6to4
];

function range(cidr: string): AddressRange {
  const [address = '', bits] = cidr.split('/');
  const network = address.includes(':') ? readIpv6(address) : readIpv4(address);
  return { network, bits: Number(bits) };
}
