/** An IP address as its 4 or 16 bytes. */
export type AddressBytes = readonly number[];

/** Returns the bytes of a literal that `node:net` accepts as IPv4. */
export function readIpv4(address: string): AddressBytes {
  return address.split('.').map(Number);
}

/** Returns the bytes of a literal that `node:net` accepts as IPv6. It has no zone id. */
export function readIpv6(address: string): AddressBytes {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [readGroups(head), readGroups(tail)];
  const zeros = new Array<number>(16 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right];
}

function readGroups(groups: string): AddressBytes {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return readIpv4(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
