/**
 * Looks up, before a call, whether a name leads into a private network. An answer is kept for its time to live, five minutes at most: the
 * owner of the name sets that time, and may lead it elsewhere meanwhile.
 *
 * The accepted failure: the call looks the name up once more, and may be given another address. So this finds mistakes and no attacks. On
 * Cloudflare a Worker reaches no private network in any case.
 */
import { BoundedMap } from '../directory/bounded-map.ts';
import { isPrivateIp } from '../webhooks/address.ts';

const DNS_OVER_HTTPS = 'https://cloudflare-dns.com/dns-query';

const TIMEOUT_MS = 5000;

/** The longest time that an answer is kept, in seconds. */
const LONGEST_TTL = 300;

/** Names that are remembered. */
const MOST_NAMES = 1000;

/** The codes of an answer that says something about a name: that it has addresses, or that there is no such name (RFC 1035). */
const ANSWERS: readonly unknown[] = [undefined, 0, 3];

/** One record of an answer: its data, and how long it is good, in seconds. */
interface NameRecord {
  readonly data: string;
  readonly TTL?: number;
}

async function lookUp(
  host: string,
  type: 'A' | 'AAAA',
  fetcher: typeof fetch,
  signal: AbortSignal,
): Promise<readonly NameRecord[]> {
  const response = await fetcher(`${DNS_OVER_HTTPS}?name=${encodeURIComponent(host)}&type=${type}`, {
    headers: { accept: 'application/dns-json' },
    signal,
  });
  if (!response.ok) throw new Error(`the look-up of ${host} answered ${response.status}`);
  const { Status, Answer } = (await response.json()) as {
    readonly Status?: number;
    readonly Answer?: readonly NameRecord[];
  };
  if (!ANSWERS.includes(Status)) throw new Error(`the look-up of ${host} answered with the code ${Status}`);
  return Answer ?? [];
}

async function lookUpBoth(host: string, fetcher: typeof fetch): Promise<readonly NameRecord[]> {
  // Not AbortSignal.timeout: its timer would keep a ledger awake after the answer.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no look-up of ${host} within 5 s`)), TIMEOUT_MS);
  try {
    const types = ['A', 'AAAA'] as const;
    return (await Promise.all(types.map((type) => lookUp(host, type, fetcher, abort.signal)))).flat();
  } finally {
    clearTimeout(timer);
  }
}

export class NameLookups {
  readonly #known = new BoundedMap<{ readonly isPrivate: boolean; readonly until: number }>(MOST_NAMES);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Whether a host has an address that is not on the public internet.
   * @throws when the look-up fails.
   */
  async isPrivate(host: string, fetcher: typeof fetch): Promise<boolean> {
    const name = host.replace(/[[\]]|\.$/g, '');
    const literal = isPrivateIp(name);
    if (literal !== null) return literal;
    const known = this.#known.get(name);
    if (known && known.until > this.#now()) return known.isPrivate;
    const records = await lookUpBoth(name, fetcher);
    const isPrivate = records.some(({ data }) => isPrivateIp(data) === true);
    this.#keep(name, isPrivate, records);
    return isPrivate;
  }

  #keep(name: string, isPrivate: boolean, records: readonly NameRecord[]): void {
    // Nothing says how long it is good that there are none.
    const times = records.length === 0 ? [0] : records.map(({ TTL }) => TTL ?? 0);
    const seconds = Math.min(LONGEST_TTL, ...times);
    this.#known.set(name, { isPrivate, until: this.#now() + seconds * 1000 });
  }
}
