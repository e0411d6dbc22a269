/**
 * IP addresses and CIDR blocks, of IPv4 and IPv6, as numbers. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
 *
 * hono's middleware for address rules is not used: it takes `10.0.0.0/24/8` and `*`, and it answers a request where a rule is needed.
 */
import {
  convertIPv4MappedIPv6ToIPv4,
  convertIPv4ToBinary,
  convertIPv6ToBinary,
  isIPv4MappedIPv6,
} from 'hono/utils/ipaddr';

export interface IpAddress {
  /** How many bits `value` has: 32 for IPv4, 128 for IPv6. */
  readonly width: 32 | 128;
  readonly value: bigint;
}

/** The addresses that begin with the same bits. */
interface IpBlock extends IpAddress {
  /** How many bits those are. */
  readonly prefix: number;
}

/** A prefix length, in the one way to write it. */
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** How many bits of an IPv6 address stand before the IPv4 address in it. */
const BEFORE_IPV4 = 96;

/** The address as it is written; an IPv4 address inside IPv6 is not taken out. Null: it is none. */
function written(text: string): IpAddress | null {
  // A zone (`fe80::1%eth0`) is the name of a network card of somebody's machine.
  if (text.includes('%')) return null;
  try {
    return text.includes(':')
      ? { width: 128, value: convertIPv6ToBinary(text) }
      : { width: 32, value: convertIPv4ToBinary(text) };
  } catch {
    return null;
  }
}

function isIpv4Inside({ width, value }: IpAddress): boolean {
  return width === 128 && isIPv4MappedIPv6(value);
}

/** An address; null when the text is none. */
export function ipAddress(text: string): IpAddress | null {
  const address = written(text);
  if (!address || !isIpv4Inside(address)) return address;
  return { width: 32, value: convertIPv4MappedIPv6ToIPv4(address.value) };
}

/** A block (`194.2.122.0/24`, `2001:db8::/32`), or an address alone as a block of one; null when the text is neither. */
export function ipBlock(text: string): IpBlock | null {
  const [network = '', bits, ...more] = text.split('/');
  const address = written(network);
  if (!address || more.length > 0) return null;
  if (bits !== undefined && !(PREFIX.test(bits) && Number(bits) <= address.width)) return null;
  const prefix = bits === undefined ? address.width : Number(bits);
  if (!isIpv4Inside(address)) return { ...address, prefix };
  // A shorter prefix has other addresses than IPv4 ones in it.
  if (prefix < BEFORE_IPV4) return null;
  return { width: 32, value: convertIPv4MappedIPv6ToIPv4(address.value), prefix: prefix - BEFORE_IPV4 };
}

/** Whether a block has an address in it. Of a block's own address only the first bits count. */
export function isInBlock({ width, value, prefix }: IpBlock, address: IpAddress): boolean {
  const rest = BigInt(width - prefix);
  return width === address.width && value >> rest === address.value >> rest;
}
