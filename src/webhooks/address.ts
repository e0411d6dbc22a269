/**
 * Where webhooks may go: public https addresses. Whoever can set a webhook address must not be able to make
 * countersign call machines that only it can reach.
 */

/** Ranges of the IANA special-purpose registries that are not the public internet, as [network, prefix bits]. */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

function v4Number(address: string): number | null {
  const parts = address.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

function isPrivateV4(address: number): boolean {
  return PRIVATE_V4.some(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor((v4Number(network) ?? 0) / size);
  });
}

/** The eight groups of an IPv6 address, or null. */
function v6Groups(address: string): number[] | null {
  let text = address;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const v4 = v4Number(dotted[2] ?? '');
    if (v4 === null) return null;
    text = `${dotted[1]}${Math.floor(v4 / 65536).toString(16)}:${(v4 % 65536).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return null;
  const groups = [...head, ...Array<string>(halves.length === 1 ? 0 : gap).fill('0'), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}

function isPrivateV6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  const last = (groups[6] ?? 0) * 65536 + (groups[7] ?? 0);
  const leadingZeros = groups.slice(0, 5).every((group) => group === 0);
  // Mapped (::ffff:a.b.c.d), compatible (::a.b.c.d), loopback and unspecified.
  if (leadingZeros && (groups[5] === 0xffff || groups[5] === 0))
    return groups[5] === 0 ? true : isPrivateV4(last);
  // 64:ff9b::/96 and 64:ff9b:1::/48 carry an IPv4 address to a translator.
  if (first === 0x64 && second === 0xff9b) return true;
  if (first === 0x2002) return isPrivateV4(second * 65536 + (groups[2] ?? 0));
  const documentation = first === 0x2001 && (second === 0xdb8 || second < 0x200);
  // Global unicast is 2000::/3; unique local, link local, multicast and the rest are outside it.
  return documentation || first < 0x2000 || first > 0x3fff;
}

/** Whether a literal IP address is not on the public internet; null when the text is no IP address. */
export function isPrivateIp(address: string): boolean | null {
  const v4 = v4Number(address);
  if (v4 !== null) return isPrivateV4(v4);
  const groups = v6Groups(address);
  return groups && isPrivateV6(groups);
}

/** Names that never leave a private network. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/;

/**
 * Why a webhook address is not acceptable by its text alone, or null.
 * @param local under `npm start`: http and loopback are accepted.
 */
export function addressProblem(address: string, local: boolean): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return 'is not an address';
  }
  if (url.username || url.password) return 'must not carry a user name or password';
  if (local) return url.protocol === 'https:' || url.protocol === 'http:' ? null : 'must be http or https';
  if (url.protocol !== 'https:') return 'must be https';
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const privateIp = isPrivateIp(host);
  if (privateIp === true || (privateIp === null && (PRIVATE_NAME.test(host) || !host.includes('.')))) {
    return 'must be on the public internet';
  }
  return null;
}

const DNS_OVER_HTTPS = 'https://cloudflare-dns.com/dns-query';

/** Whether a host name has an address that is not on the public internet. A failed look-up throws. */
export async function resolvesToPrivate(host: string, fetcher: typeof fetch): Promise<boolean> {
  const literal = isPrivateIp(host.replace(/^\[|\]$/g, ''));
  if (literal !== null) return literal;
  const answers = await Promise.all(
    ['A', 'AAAA'].map(async (type) => {
      const response = await fetcher(`${DNS_OVER_HTTPS}?name=${encodeURIComponent(host)}&type=${type}`, {
        headers: { accept: 'application/dns-json' },
      });
      if (!response.ok) throw new Error(`the look-up of ${host} answered ${response.status}`);
      return (await response.json()) as { readonly Answer?: readonly { readonly data: string }[] };
    }),
  );
  return answers.flatMap((answer) => answer.Answer ?? []).some(({ data }) => isPrivateIp(data) === true);
}
