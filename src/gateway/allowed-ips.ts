/**
 * The addresses that an account takes notifications from: IPv4 and IPv6 addresses, and CIDR blocks of both (`194.2.122.0/24`).
 */
import { ipAddress, ipBlock, isInBlock } from '../webhooks/ip-block.ts';

/** Reading a list once per cached account, not once per request. */
const read = new WeakMap<readonly string[], ReturnType<typeof ipBlock>[]>();

function blocksOf(rules: readonly string[]): ReturnType<typeof ipBlock>[] {
  const known = read.get(rules);
  if (known) return known;
  const blocks = rules.map(ipBlock);
  read.set(rules, blocks);
  return blocks;
}

/** The entries of a list that are neither addresses nor blocks: they allow nobody. */
export function unreadableAddressRules(rules: readonly string[]): string[] {
  return rules.filter((_, index) => blocksOf(rules)[index] === null);
}

/** An empty list allows all: the signature decides. A list allows only what it names. */
export function isAllowed(rules: readonly string[], ip: string | undefined): boolean {
  if (rules.length === 0) return true;
  const address = ip === undefined ? null : ipAddress(ip);
  return address !== null && blocksOf(rules).some((block) => block !== null && isInBlock(block, address));
}
