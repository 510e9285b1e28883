import { isIPv6 } from 'node:net';

/**
 * Gives what counts as one address: IPv4 as it is, of IPv6 the /64, since whoever has one address there has all of them.
 * An IPv4 address that is written as IPv6 is IPv4.
 */
export function addressBlock(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase(); // a zone says only by which cable
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const zeros = plain.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** The last two groups may be written as IPv4; they are never among the first four. */
function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
