/**
 * Where calls may go whose address somebody has given us: public https addresses. Whoever can set a webhook address must not be able
 * to make countersign call machines that only it can reach.
 */
import { ipAddress, ipBlock, isInBlock } from './ip-block.ts';

/** What an installation takes. */
export interface AddressRules {
  /** Under `npm start`: http, loopback and every port are accepted. */
  readonly local: boolean;
  /** Ports beside 443 that the operator has listed. */
  readonly outgoingPorts: readonly number[];
}

/**
 * Blocks of the IANA special-purpose registries that are not the public internet, and all of IPv6 that is not global unicast
 * (2000::/3): loopback, IPv4-compatible, translators (64:ff9b::/96), unique local, link local, multicast and what is not assigned.
 */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  // Documentation (RFC 9637).
  '3fff::/20',
  '4000::/2',
  '8000::/1',
]
  .map(ipBlock)
  .filter((block) => block !== null);

/** 6to4: the IPv4 address that it leads to stands behind these 16 bits. */
const SIX_TO_FOUR = ipBlock('2002::/16');
const AFTER_SIX_TO_FOUR = 80n;
const IPV4_BITS = 0xffffffffn;

/** Whether a literal IP address is not on the public internet; null when the text is no IP address. */
export function isPrivateIp(text: string): boolean | null {
  const address = ipAddress(text);
  if (!address) return null;
  const inner =
    SIX_TO_FOUR && isInBlock(SIX_TO_FOUR, address)
      ? { width: 32 as const, value: (address.value >> AFTER_SIX_TO_FOUR) & IPV4_BITS }
      : address;
  return NOT_PUBLIC.some((block) => isInBlock(block, inner));
}

/**
 * Names that never leave a private network or this machine: the top-level names that IANA keeps out of the public name service
 * (Special-Use Domain Names), and those that private networks use all the same (RFC 6762, appendix G).
 */
const PRIVATE_NAME =
  /\.(?:localhost|local|localdomain|internal|intranet|private|lan|home|corp|test|example|invalid|onion|alt|arpa)$/;

/** A name as the name service has them: two labels at least, none of them empty. */
const PUBLIC_NAME = /^(?=.{4,253}$)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)$/;

/** The host of an address without its brackets, and without the one dot that may end a whole name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** Why an address is not acceptable by its text alone, or null. */
export function addressProblem(address: string, { local, outgoingPorts }: AddressRules): string | null {
  if (!URL.canParse(address)) return 'is not an address';
  const url = new URL(address);
  if (url.username || url.password) return 'must not carry a user name or password';
  if (local) return url.protocol === 'https:' || url.protocol === 'http:' ? null : 'must be http or https';
  if (url.protocol !== 'https:') return 'must be https';
  const host = hostOf(url);
  const isPrivate = isPrivateIp(host) ?? (!PUBLIC_NAME.test(host) || PRIVATE_NAME.test(host));
  if (isPrivate) return 'must be on the public internet';
  // The parser leaves out the port of the scheme.
  if (url.port !== '' && !outgoingPorts.includes(Number(url.port)))
    return `must be at port 443: the operator has not listed ${url.port} in OUTGOING_PORTS`;
  return null;
}
