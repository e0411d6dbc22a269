/** What a forger fills fields with: words of each protocol from its vectors and status tables, and orders of ours. */
import fc from 'fast-check';
import type { VectorFile } from '../../src/cli/vectors.ts';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { Provider } from '../../src/providers/contract.ts';

const idOf = (name: string) => derivePaymentId(new Uint8Array(32), 'forge', name);

/** The forger's own payments: one is refused, one of another amount is paid. The third is somebody else's. */
export const IDS = { refused: idOf('refused'), paid: idOf('paid'), other: idOf('other') };
export type Role = keyof typeof IDS;
export const ROLES = ['refused', 'paid', 'other'] as const;

/** The attempt at the account. The one before went to another account. */
export const ATTEMPT = 2;

export const ORDERS: Readonly<Record<Role, string>> = {
  refused: orderNumber(IDS.refused, ATTEMPT),
  paid: orderNumber(IDS.paid, ATTEMPT),
  other: orderNumber(IDS.other, ATTEMPT),
};

export interface Pool {
  /** Names of fields with the values that vectors have there. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly names: readonly string[];
  /** Codes of the status tables. */
  readonly codes: readonly string[];
  /** Those of them that stand for money. */
  readonly good: readonly string[];
  /** Names that the provider takes from a shop, as far as they are known. */
  readonly taken: readonly string[];
  /** Values of settings by name, as vectors have them. */
  readonly settings: Readonly<Record<string, readonly unknown[]>>;
}

function leafPairs(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && path === '')
    return leafPairs(value[1], value[0]);
  if (value !== null && typeof value === 'object')
    return Object.entries(value).flatMap(([name, inner]) =>
      leafPairs(inner, path === '' ? name : `${path}.${name}`),
    );
  return path === '' ? [] : [[path, String(value)]];
}

/** The names and values of a raw message, where it is a form or JSON, and of a form inside it. */
function rawPairs(raw: string): [string, string][] {
  if (raw.startsWith('{')) {
    try {
      return leafPairs(JSON.parse(raw), '');
    } catch {
      return [];
    }
  }
  if (!/^[\w.\-[\]%]+=/.test(raw)) return [];
  const pairs = [...new URLSearchParams(raw)];
  const inner = pairs
    .filter(([, value]) => value.includes('|') && value.includes('='))
    .flatMap(([, value]) => value.split('|').map((part) => part.split('=', 2) as [string, string]));
  return [...pairs, ...inner];
}

/** What the vectors and the status tables of a provider offer. */
export function poolOf(provider: Provider, file: VectorFile | undefined): Pool {
  const pairs = new Map<string, [string, string]>();
  const settings: Record<string, Set<unknown>> = {};
  for (const { fields, raw, settings: given } of file?.vectors ?? []) {
    const entries = Array.isArray(fields)
      ? fields.flatMap((pair) => leafPairs(pair, ''))
      : leafPairs(fields ?? {}, '');
    for (const [name, value = ''] of [...entries, ...(typeof raw === 'string' ? rawPairs(raw) : [])])
      if (name.length <= 64 && value.length <= 80) pairs.set(`${name}=${value}`, [name, value]);
    for (const [name, value] of Object.entries(given ?? {})) {
      settings[name] ??= new Set();
      settings[name].add(value);
    }
  }
  return {
    pairs: [...pairs.values()],
    names: [...new Set([...pairs.values()].map(([name]) => name))],
    codes: [...new Set(Object.values(provider.statuses).flatMap((table) => Object.keys(table)))],
    good: [
      ...new Set(
        Object.values(provider.statuses).flatMap((table) =>
          Object.entries(table)
            .filter(([, { outcome }]) => ['accepted', 'paid', 'authorized'].includes(outcome))
            .map(([code]) => code),
        ),
      ),
    ],
    taken: [],
    settings: Object.fromEntries(Object.entries(settings).map(([name, values]) => [name, [...values]])),
  };
}

/** What separates fields in one protocol or another. */
const SEPARATORS = ['', ';', '&', '|', '+', ',', ':', '\n', ' ', '"', '","', '}', '*', '%26', '\0'];
const EQUALS = ['', '=', ':', '":"', '%3D', '|'];
const EDGES = [
  'é',
  'ł',
  '€',
  'Я',
  '\ufeff',
  '\u2028',
  '😀',
  '%',
  '\\',
  '<b>',
  '\t',
  '\x7f',
  'ß',
  '"',
  "'",
  '{',
  '[',
];
const PLAIN = ['100', '1.00', '5000.00', '500000', 'EUR', '978', '0', '00', '1', 'TRUE', 'paid', 'success'];

const text = <Value>(values: readonly Value[], otherwise: Value) =>
  fc.constantFrom(...(values.length > 0 ? values : [otherwise]));

/** One hostile text: words, and fields written as one protocol or another would. */
export function hostileText(pool: Pool): fc.Arbitrary<string> {
  const order = fc.constantFrom(ORDERS.other, ORDERS.refused, ORDERS.paid);
  const name = text(
    pool.names.map((one) => one.replaceAll('.', ':')),
    'order',
  );
  const word = fc.oneof(
    { weight: 5, arbitrary: order },
    { weight: 2, arbitrary: text(pool.good, 'paid') },
    { weight: 2, arbitrary: text(pool.codes, 'paid') },
    { weight: 1, arbitrary: fc.constantFrom(...PLAIN) },
    { weight: 1, arbitrary: fc.constantFrom(...EDGES) },
    {
      weight: 1,
      arbitrary: text(
        pool.pairs.map(([, value]) => value),
        'paid',
      ),
    },
  );
  const member = fc
    .tuple(
      fc.constantFrom(...SEPARATORS),
      name,
      fc.constantFrom(...EQUALS),
      word,
      fc.constantFrom(...SEPARATORS),
    )
    .map((parts) => parts.join(''));
  return fc.oneof(
    { weight: 4, arbitrary: word },
    { weight: 2, arbitrary: fc.array(member, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')) },
    {
      weight: 1,
      arbitrary: fc.tuple(word, fc.constantFrom(...SEPARATORS), word).map((parts) => parts.join('')),
    },
  );
}

/** Fields for the provider that a shop adds, by the names that the vectors have. */
export function hostileFields(pool: Pool): fc.Arbitrary<Record<string, string>> {
  const named = pool.pairs.filter(([name]) => /^[\w.*:-]{1,64}$/.test(name));
  const pair = fc.oneof(
    text<readonly [string, string]>(named, ['status', 'paid']),
    fc.tuple(
      text(pool.taken.length > 0 ? pool.taken : named.map(([name]) => name), 'status'),
      hostileText(pool),
    ),
    fc.tuple(
      text(pool.taken.length > 0 ? pool.taken : named.map(([name]) => name), 'status'),
      text(pool.good, 'paid'),
    ),
  );
  return fc.array(pair, { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
}
