/**
 * The work that a stranger's message makes, in Node, where CPU can be measured. Ruled out: work that grows faster than its input, before
 * anybody knows who has sent it. The message is read as at the door, and its refusal explained as for an operator.
 */
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Provider, ProviderAccount, ProviderRequest } from '../../src/providers/contract.ts';
import { diagnose } from '../../src/providers/kit/diagnosis.ts';
import { MOST_FIELDS } from '../../src/providers/kit/message-limits.ts';
import { providers } from '../../src/providers/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { crowded, genuineLetters, lengthened, SIZE, shapeOf, type Worst } from './lengthened.ts';

/** CPU milliseconds. */
const MOST_MS = 20;

/** An explanation tries each likely cause anew. Thirty a minute are made for an account. */
const MOST_EXPLAINED_MS = 100;

/** What costs so many times less than is allowed at one account is not tried at the others. */
const FAR_BELOW = 5;

/** Cheaper than this is not told from noise. CPU milliseconds. */
const NOTICED_MS = 4;

/** Work that grows as its input does grows to the fourfold, and work that grows with the square to the sixteenfold. */
const MOST_GROWTH = 8;

/** The smallest of several runs counts, so that a busy machine changes nothing. */
const RUNS = 12;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

const filled = (part: string) => part.repeat(Math.floor(SIZE / part.length));
const listed = (part: (index: number) => string, separator: string, room = SIZE - 100) => {
  const parts: string[] = [];
  for (let length = 0; length < room; length += (parts.at(-1)?.length ?? 0) + separator.length)
    parts.push(part(parts.length));
  return parts.slice(0, -1).join(separator);
};

/** Names that stand in a provider's messages: a long value counts where it is read. */
const KNOWN = [
  'SHASIGN',
  'ORDERID',
  'signature',
  'vads_order_id',
  'kr-answer',
  'kr-hash',
  'Data',
  'Seal',
  'K',
  'sig',
  'hash',
  'hmac',
  'md5',
  'md5sum',
  'tr_crc',
  'control',
  'checkvalue',
  'ordernumber',
  'p24_sign',
  'p24_order_id',
  'sign',
  'id_transacao',
  'cod_moip',
  'DATA',
  'transaction_id',
  'refdet',
  'resultrans',
  'idop',
];

/** As many parts as are read of a message: with one more it is refused for that. */
const many = (part: (index: number) => string, most = MOST_FIELDS) =>
  Array.from({ length: most }, (_, index) => part(index));
const LONG = Math.floor((SIZE - 2000) / MOST_FIELDS) - 12;

const inForm = (value: string) => {
  const room = Math.floor((SIZE - 2000) / KNOWN.length);
  return KNOWN.map((name) => `${name}=${value.repeat(Math.floor(room / value.length))}`).join('&');
};
const inOne = (name: string) =>
  `${KNOWN.map((one) => `${one}=1`).join('&')}&${name}_=${'x'.repeat(SIZE - 2000)}`;

/** The worst bodies of each kind. */
const BODIES: Readonly<Record<string, readonly [text: string, type: string]>> = {
  'many names': [listed((index) => `${index.toString(36)}=`, '&'), FORM],
  'many names without values': [listed((index) => index.toString(36), '&'), FORM],
  'one name many times': [filled('a=1&'), FORM],
  'nothing but separators': [filled('&'), FORM],
  'percent signs': [`a=${filled('%')}`, FORM],
  'percent-encoded text': [inForm('%41'), FORM],
  'percent-encoded bytes': [inForm('%ff'), FORM],
  'plus signs': [inForm('+'), FORM],
  'long values': [inForm('x'), FORM],
  'long values of digits': [inForm('7'), FORM],
  'long values of other letters': [inForm('é'), FORM],
  'one long value': [inOne('vads_'), FORM],
  'as many long fields as are read': [many((index) => `vads_${index}_x=${'y'.repeat(LONG)}`).join('&'), FORM],
  'as many long names as are read': [many((index) => `${'y'.repeat(LONG)}${index}=`).join('&'), FORM],
  'many members': [`{${listed((index) => `"${index.toString(36)}":1`, ',')}}`, JSON_TYPE],
  'one member many times': [`{${listed(() => '"a":1', ',')}}`, JSON_TYPE],
  'nested lists': ['['.repeat(SIZE / 2) + ']'.repeat(SIZE / 2), JSON_TYPE],
  'nested objects': [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, JSON_TYPE],
  'an unclosed text': [`{"a":"${'\\'.repeat(SIZE - 10)}`, JSON_TYPE],
  'long members': [
    JSON.stringify(Object.fromEntries(KNOWN.map((name) => [name, 'x'.repeat(2000)]))),
    JSON_TYPE,
  ],
  'a long member': [JSON.stringify({ signature: 'x', payment: { id: '0'.repeat(SIZE - 100) } }), JSON_TYPE],
  'names that are numbers': [
    `{"signature":"x",${many((index) => `"${'0'.repeat(LONG)}${index}":1`, MOST_FIELDS - 10)}}`,
    JSON_TYPE,
  ],
  'as many long members as are read': [
    `{${many((index) => `"${index}":"${'y'.repeat(LONG)}"`, MOST_FIELDS - 10)}}`,
    JSON_TYPE,
  ],
  'as many long elements as are read': [
    `<a>${many((index) => `<b${index}>${'y'.repeat(LONG - 10)}</b${index}>`, MOST_FIELDS - 10).join('')}</a>`,
    'text/xml',
  ],
  'nested elements': ['<a>'.repeat(9000) + '</a>'.repeat(9000), 'text/xml'],
  'many elements': [`<a>${filled('<b/>')}</a>`.slice(0, SIZE), 'text/xml'],
  'many attributes': [`<a ${listed((index) => `a${index}="1"`, ' ')}/>`, 'text/xml'],
  'document types': [filled('<!DOCTYPE a['), 'text/xml'],
  'blanks after a document type': [`<!DOCTYPE${' '.repeat(SIZE - 100)}x`, 'text/xml'],
  'an element of text': [
    `<message><ordernumber>${'&amp;'.repeat(12_000)}</ordernumber></message>`,
    'text/xml',
  ],
};

function choicesOf(setting: unknown): readonly string[] {
  const { type, wrapped, options } = setting as Readonly<Record<string, unknown>>;
  if (type === 'picklist') return options as readonly string[];
  return wrapped ? choicesOf(wrapped) : [];
}

/** An account of the demo for every generation of the protocol. */
function accountsOf(entry: Provider): ProviderAccount<Record<string, unknown>>[] {
  const choices = Object.entries(entry.settings.entries).flatMap(([name, setting]) =>
    choicesOf(setting).map((choice) => ({ [name]: choice })),
  );
  return [{}, ...choices].flatMap((change) => {
    const given = { ...DEMO_ACCOUNTS[entry.id]?.settings, ...change };
    const result = v.safeParse(entry.settings, given);
    return result.success
      ? [{ id: 'account', environment: 'sandbox', endpoints: {}, settings: result.output }]
      : [];
  });
}

const fetchNothing: typeof fetch = async () => new Response('{}', { status: 404 });

/** Reads a message as the door does. @returns the CPU that it took, in milliseconds. */
async function cpuOf(
  entry: Provider,
  account: ProviderAccount<Record<string, unknown>>,
  request: ProviderRequest,
  isExplained: boolean,
): Promise<number> {
  const context = { now: new Date('2026-12-01T09:00:00Z'), fetch: fetchNothing };
  const before = process.cpuUsage();
  try {
    await entry.notification(request, account, 'notification', context);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Problem)) throw error;
    if (isExplained && error instanceof Refusal)
      await diagnose({
        provider: entry,
        trials: [{ settings: account.settings, which: 'current' }],
        what: 'notification-signature',
        raw: new TextDecoder().decode(request.method === 'POST' ? request.body : request.query),
        refusal: error,
        masked: true,
      });
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

type Costs = Parameters<typeof cpuOf>;

/** No machine is so busy that what is allowed costs so many times as much. */
const HOPELESS = 20;

/** The least that a message costs in several runs, which end once it is below what is too much, or far above it. */
async function leastCost(most: number, ...costs: Costs): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && least >= most; run++) {
    least = Math.min(least, await cpuOf(...costs));
    if (least > HOPELESS * MOST_MS) break;
  }
  return least;
}

/** A quarter that seems dear hides growth: so many runs find what it costs. */
const QUARTER_RUNS = 5;

/** Whether four times as much costs far more than four times as much; what costs next to nothing grows no matter how. */
async function growsFaster(entry: Costs[0], account: Costs[1], { full, quarter }: Worst): Promise<boolean> {
  const enough = await leastCost(NOTICED_MS, entry, account, full, false);
  if (enough < NOTICED_MS) return false;
  const quarters: number[] = [];
  while (quarters.length < QUARTER_RUNS) quarters.push(await cpuOf(entry, account, quarter, false));
  return enough > MOST_GROWTH * Math.min(...quarters);
}

/** The bodies of each kind, posted, and as a query where they are forms. */
function* worstRequests(): Generator<readonly [what: string, request: ProviderRequest]> {
  for (const [name, [text, type]] of Object.entries(BODIES)) {
    const body = utf8(text).subarray(0, SIZE);
    const nothing = new Uint8Array();
    yield [`${name} (POST)`, { method: 'POST', query: nothing, body, headers: {}, contentType: type }];
    if (type === FORM)
      yield [`${name} (GET)`, { method: 'GET', query: body, body: nothing, headers: {}, contentType: null }];
  }
}

/** Which of the worst bodies take too much, at each account of a provider. */
async function slowOnes(entry: Provider, isExplained: boolean): Promise<string[]> {
  const most = isExplained ? MOST_EXPLAINED_MS : MOST_MS;
  const slow: string[] = [];
  const cheap = new Set<string>();
  expect(accountsOf(entry)).not.toEqual([]);
  for (const account of accountsOf(entry)) {
    for (const [what, request] of worstRequests()) {
      if (cheap.has(what)) continue;
      const cost = await leastCost(most, entry, account, request, isExplained);
      if (cost >= most) slow.push(`${what}, ${JSON.stringify(account.settings).length}: ${cost} ms`);
      // An account's choices decide how a message is hashed: no hash makes the explanation of a cheap one a dear one.
      if (isExplained && cost < most / FAR_BELOW) cheap.add(what);
    }
  }
  return slow;
}

/** Which of the bank's own messages take too much once they are filled up, or more and more. */
async function slowLetters(entry: Provider): Promise<string[]> {
  const slow: string[] = [];
  const seen = new Set<string>();
  for (const account of accountsOf(entry)) {
    // The same names are read alike, by whatever recipe they are hashed.
    const letters = (await genuineLetters(entry, account.settings)).filter(
      (letter) => !seen.has(shapeOf(letter)),
    );
    for (const letter of letters) {
      seen.add(shapeOf(letter));
      for (const worst of [...lengthened(letter), ...crowded(letter, MOST_FIELDS)]) {
        const cost = await leastCost(MOST_MS, entry, account, worst.full, false);
        if (cost >= MOST_MS) slow.push(`${worst.what}: ${cost} ms`);
        else if (await growsFaster(entry, account, worst)) slow.push(`${worst.what} grows faster`);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(0);
  return slow;
}

const EACH = providers.map((entry) => [entry.id, entry] as const);

it.each(EACH)("%s's door costs under 20 ms of CPU for the worst 64 KiB of each kind", async (_id, entry) => {
  expect(await slowOnes(entry, false)).toEqual([]);
});

it.each(EACH)('the explanation of what %s refuses costs under 100 ms', async (_id, entry) => {
  expect(await slowOnes(entry, true)).toEqual([]);
});

it.each(EACH)(
  "no work at %s's door grows faster than its bank's own message, whichever value of it is long",
  async (_id, entry) => {
    expect(await slowLetters(entry)).toEqual([]);
  },
);
