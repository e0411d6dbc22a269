/**
 * A shopper comes back, by hand-made providers and ledgers. Ruled out: what a stranger appends to a return address that counts, or uses up
 * the query of the shopper's own; a query that takes money made twice, or called over before it is; a page that says more than is known.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { takeReturn } from '../../src/gateway/returns.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Provider, ProviderUpdate } from '../../src/providers/contract.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import {
  ASKABLE,
  type Call,
  handMade,
  ID,
  logLines,
  NOW,
  OTHER_ID,
  openedOf,
  providerLike,
  registered,
  UNPROVEN,
  updateOf,
} from './hand-made.ts';

afterEach(() => vi.restoreAllMocks());

const IP = '198.41.0.5';
const ABOUT = { id: ID, sender: { requestId: 'request-1', ip: IP }, shopperIp: IP };
const KNOWN = { kind: 'known' };
const ASK = { number: '7', madeUp: 'x' };
const UPDATE = {
  key: 'T1/9',
  outcome: 'paid',
  amount: 1999,
  currency: 'EUR',
  movement: 'T1',
  providerReference: 'T1',
  providerStatus: '9',
  detail: {},
  channel: 'return',
  signedBy: 'current',
  account: 'main',
  test: false,
  attempt: 1,
  ip: IP,
  providerStatusText: 'Paid',
  proven: true,
  reply: { status: 200, headers: {}, body: 'usual' },
};
const QUERY = {
  id: ID,
  attempt: 1,
  account: 'main',
  amount: 1999,
  currency: 'EUR',
  capture: 'automatic',
  providerState: { token: 'own' },
  startedAt: '2026-11-27T09:00:00.000Z',
  hint: {},
};

let made = 0;
let time = NOW;

function saying(message: unknown, changes: Partial<Record<keyof Provider, unknown>> = {}): Provider {
  made += 1;
  return providerLike({ id: `made-${made}`, notification: vi.fn(async () => message), ...changes });
}

interface Case {
  readonly query?: string;
  readonly body?: string;
  readonly account?: Partial<Account>;
  readonly ledger?: object;
  readonly signedOnly?: boolean;
  /** What the provider answers when it is asked. */
  readonly answer?: () => Promise<unknown>;
}

/** Has a shopper come back. @returns what that comes to, what the ledger was told and the provider was asked, and the lines of the log. */
async function returned(
  provider: Provider,
  { query = 'a=1', body = '', account, ledger = {}, signedOnly, answer }: Case = {},
) {
  const lines = logLines();
  time += 120_000;
  const now = time;
  const opened = openedOf(provider, account);
  const asked = vi.spyOn(registered('ogone'), 'queryStatus').mockImplementation(async () => {
    if (!answer) throw new Error('nobody is to be asked');
    return (await answer()) as ProviderUpdate;
  });
  const { service, ...parts } = handMade({
    accounts: [opened.account],
    directory: { recordRefusal: null },
    ledger: { returned: KNOWN, applyUpdate: null, returnQuery: null, ...ledger },
    changes: { now: () => now },
  });
  const result = await takeReturn(
    service,
    opened,
    { method: 'GET', query: utf8(query), body: utf8(body), headers: {}, contentType: null },
    { ...ABOUT, ...(signedOnly !== undefined && { signedOnly }) },
  ).catch((error: unknown) => error);
  const queried = asked.mock.calls.map(([{ hint }]) => hint);
  return { result, told: parts.ledger, refusals: parts.directory, lines, queried };
}

const back = (command: object): Call => [
  'returned',
  ID,
  { account: 'main', refused: null, ip: IP, ...command },
];
const NOTHING = back({ update: null });

describe('what comes with a return', () => {
  it.each([
    ['', '', false],
    ['via=x', '', false],
    ['a=1', '', true],
    ['via=x&a=1', '', true],
    ['a=1&via=x', '', true],
    ['', 'x', true],
    ['via=x', 'x', true],
    ['%zz', '', false],
  ])('is read where it is more than our own address has: query %j, body %j', async (query, body, isRead) => {
    for (const signedOnly of [false, true]) {
      const provider = saying(updateOf());
      const { result, told } = await returned(provider, { query, body, signedOnly });
      expect(provider.notification).toHaveBeenCalledTimes(isRead ? 1 : 0);
      if (isRead)
        expect([result, told]).toEqual([
          { ...KNOWN, isProven: true },
          [back({ update: UPDATE, also: undefined })],
        ]);
      else if (signedOnly) expect([result, told]).toEqual([{ kind: 'unknown' }, []]);
      else expect([result, told]).toEqual([{ ...KNOWN, isProven: false }, [NOTHING]]);
    }
  });

  it.each([
    [true, {}, 1],
    [false, ASKABLE, 1],
    [true, ASKABLE, 1],
    [false, {}, 0],
  ])('is read where the provider signs it (%s) or can be asked', async (signedReturn, can, times) => {
    const provider = saying(
      { kind: 'acknowledgement', about: 'x' },
      { capabilities: { signedReturn }, ...can },
    );
    const { told, result } = await returned(provider);
    expect(provider.notification).toHaveBeenCalledTimes(times);
    expect([result, told]).toEqual([{ ...KNOWN, isProven: false }, [NOTHING]]);
  });

  it('and does not verify is logged, and told to the ledger, unless only what is signed is wanted', async () => {
    const provider = () =>
      saying(null, {
        notification: async () => {
          throw new Refusal('signature_mismatch', 'it does not fit');
        },
      });
    const refusal = [
      ['recordRefusal', { account: 'main', channel: 'return', reason: 'signature_mismatch', ip: IP }],
    ];
    const plain = await returned(provider());
    expect(plain.result).toEqual({ ...KNOWN, isProven: false });
    expect(plain.told).toEqual([back({ update: null, refused: 'signature_mismatch' })]);
    expect(plain.refusals).toMatchObject(refusal);
    const signed = await returned(provider(), { signedOnly: true });
    expect([signed.result, signed.told]).toEqual([{ kind: 'unknown' }, []]);
    expect(signed.refusals).toMatchObject(refusal);
  });

  it('and is about another payment is refused, and moves neither', async () => {
    for (const order of [`${OTHER_ID}01`, 'none of ours']) {
      const { told, refusals } = await returned(saying(updateOf({ order })));
      expect(told).toEqual([back({ update: null, refused: 'wrong_account' })]);
      expect(refusals).toMatchObject([['recordRefusal', { reason: 'wrong_account' }]]);
    }
  });

  it('and is proven counts, with what it says of other transactions, and whoever brings it is the shopper', async () => {
    const other = updateOf({ key: 'T0/9', movement: 'T0' });
    const { result, told, queried } = await returned(saying(updateOf({ also: [other] })));
    expect(result).toEqual({ ...KNOWN, isProven: true });
    expect(told).toEqual([
      ['applyUpdate', ID, { ...UPDATE, key: 'T0/9', movement: 'T0', noticed: undefined }],
      back({ update: UPDATE }),
    ]);
    expect(queried).toEqual([]);
  });

  it('and is not proven counts where no money is real, and shows nobody to be the shopper', async () => {
    const { result, told } = await returned(saying(updateOf(), { proof: () => UNPROVEN }), {
      account: { environment: 'test' },
    });
    expect(result).toEqual({ ...KNOWN, isProven: false });
    expect(told).toEqual([back({ update: { ...UPDATE, proven: false, test: true } })]);
  });

  it('and is not proven where nobody can be asked moves nothing', async () => {
    const { result, told } = await returned(saying(updateOf(), { proof: () => UNPROVEN }));
    expect([result, told]).toEqual([{ ...KNOWN, isProven: false }, [NOTHING]]);
    const hinted = await returned(saying({ kind: 'hint', order: `${ID}01`, about: ASK }));
    expect(hinted.told).toEqual([NOTHING]);
  });
});

describe('a return that is a reason to ask', () => {
  const hint = (about: object = ASK, order: string | null = `${ID}01`) => ({ kind: 'hint', order, about });
  const now = { returnQuery: { kind: 'now', request: QUERY } };
  const asked = (attempt: number | null = 1): Call => ['returnQuery', ID, 'main', attempt];
  /** What the ledger keeps, to ask later. */
  const kept = { account: 'main', hint: { number: '7' }, attempt: 1 };
  /** An answer to a query. */
  const STATUS = {
    ...UPDATE,
    channel: 'status',
    signedBy: 'asked',
    ip: undefined,
    providerStatusText: expect.any(String),
    reply: expect.anything(),
  };

  it.each([
    ['it proves nothing', updateOf({ ask: ASK }), { proof: () => UNPROVEN }],
    ['it claims money and names no amount', updateOf({ ask: ASK, amount: null }), {}],
    ['it names what to ask about', hint(), {}],
  ])('because %s has the provider asked at once', async (_name, message, changes) => {
    const answer = async () => updateOf();
    const { result, told, queried } = await returned(saying(message, { ...ASKABLE, ...changes }), {
      ledger: now,
      answer,
    });
    expect(told).toEqual([asked(), back({ update: STATUS })]);
    expect(queried).toEqual([ASK]);
    // That the payment is paid is proven, and who brought this is not.
    expect(result).toEqual({ ...KNOWN, isProven: false });
  });

  it('beside what counts', async () => {
    const message = updateOf({ ask: ASK });
    const answer = async () => null;
    const { result, told } = await returned(saying(message, ASKABLE), { ledger: now, answer });
    expect(told).toEqual([asked(), back({ update: UPDATE, hint: kept })]);
    expect(result).toEqual({ ...KNOWN, isProven: true });
    const cannot = await returned(saying(message), { ledger: now });
    expect(cannot.told).toEqual([back({ update: UPDATE })]);
    const plain = await returned(saying(updateOf(), ASKABLE), { ledger: now });
    expect(plain.told).toEqual([back({ update: UPDATE })]);
  });

  it('of the newest attempt, where it names none', async () => {
    const { told } = await returned(saying(hint(ASK, null), ASKABLE), {
      ledger: now,
      answer: async () => null,
    });
    expect(told[0]).toEqual(asked(null));
  });

  it('is left to the ledger where it may not be asked yet, and comes to nothing where there is no such attempt', async () => {
    const later = await returned(saying(hint(), ASKABLE), {
      ledger: { returnQuery: { kind: 'later', attempt: 2, notBefore: NOW } },
    });
    expect(later.told).toEqual([
      asked(),
      back({ update: null, hint: { ...kept, attempt: 2, notBefore: NOW } }),
    ]);
    const none = await returned(saying(hint(), ASKABLE), { ledger: { returnQuery: null } });
    expect(none.told).toEqual([asked(), NOTHING]);
  });

  it('is asked about again where its answer is no result', async () => {
    const pending = updateOf({ outcome: 'pending', key: 'T1/51' });
    const { told } = await returned(saying(hint(), ASKABLE), { ledger: now, answer: async () => pending });
    expect(told.slice(1)).toEqual([
      back({ update: { ...STATUS, outcome: 'pending', key: 'T1/51' }, hint: kept }),
    ]);
    const several = await returned(saying(hint(), ASKABLE), {
      ledger: now,
      answer: async () => [updateOf(), updateOf({ key: 'T2/9' })],
    });
    expect(several.told.slice(1)).toEqual([
      ['applyUpdate', ID, { ...STATUS, key: 'T2/9' }],
      back({ update: STATUS }),
    ]);
    const empty = await returned(saying(hint(), ASKABLE), { ledger: now, answer: async () => [] });
    expect(empty.told.slice(1)).toEqual([back({ update: null, hint: kept })]);
  });

  it('has no answer: the shopper is told so, the log says why, and it is asked again', async () => {
    for (const error of [
      new Problem('provider_unreachable', 'no answer'),
      new Refusal('malformed', 'no answer'),
    ]) {
      const answer = async () => {
        throw error;
      };
      const { result, told, lines } = await returned(saying(hint(), ASKABLE), { ledger: now, answer });
      expect(result).toEqual({ ...KNOWN, isProven: false, isUnanswered: true });
      expect(told.slice(1)).toEqual([back({ update: null, hint: kept })]);
      expect(lines).toEqual([
        { event: 'return.not_queried', payment: ID, account: 'main', detail: 'no answer' },
      ]);
    }
    const fault = new TypeError('ours');
    const answer = async () => {
      throw fault;
    };
    expect((await returned(saying(hint(), ASKABLE), { ledger: now, answer })).result).toBe(fault);
  });

  describe('where the protocol says whose return it is', () => {
    const isOwnReturn = vi.fn();
    const provider = () => {
      isOwnReturn.mockImplementation(({ number }, { token }) => number === '7' && token === 'own');
      return (about: object) => saying(hint(about), { ...ASKABLE, isOwnReturn });
    };
    const ledger = { ...now, statusQuery: QUERY };
    const known: Call = ['statusQuery', ID, 'main', 1];

    it('asks for the attempt’s own', async () => {
      const { told } = await returned(provider()(ASK), { ledger, answer: async () => updateOf() });
      expect(told).toEqual([known, asked(), back({ update: STATUS })]);
    });

    it('is refused where it is not, and uses up nothing', async () => {
      const { result, told, refusals } = await returned(provider()({ number: '8' }), { ledger });
      expect(told).toEqual([known, back({ update: null, refused: 'wrong_attempt' })]);
      expect(refusals).toMatchObject([['recordRefusal', { channel: 'return', reason: 'wrong_attempt' }]]);
      expect(result).toEqual(KNOWN);
    });

    it('asks nobody about an attempt that there is not', async () => {
      const { told } = await returned(provider()(ASK), { ledger: { statusQuery: null } });
      expect(told).toEqual([known, NOTHING]);
    });
  });

  describe('where asking takes the shopper’s money', () => {
    const spending = { ...ASKABLE, hintSpends: () => true };
    const ledger = { spendingQuery: QUERY };
    const leave: Call = ['spendingQuery', ID, 'main', 1];
    const charged = (answer: () => Promise<unknown>) =>
      returned(saying(hint(), spending), { ledger, answer });

    it('has the leave of the ledger, and is over with its result', async () => {
      const { told, queried } = await charged(async () => updateOf());
      expect(told).toEqual([leave, back({ update: STATUS, spent: 1 })]);
      expect(queried).toEqual([ASK]);
      expect((await charged(async () => [])).told).toEqual([leave, back({ update: null, spent: 1 })]);
    });

    it('is not made without that leave', async () => {
      const { told } = await returned(saying(hint(), spending), { ledger: { spendingQuery: null } });
      expect(told).toEqual([leave, NOTHING]);
    });

    it('is neither over nor made again where it has no result', async () => {
      expect((await charged(async () => null)).told).toEqual([leave, NOTHING]);
      const pending = updateOf({ outcome: 'pending' });
      expect((await charged(async () => pending)).told).toEqual([
        leave,
        back({ update: { ...STATUS, outcome: 'pending' } }),
      ]);
      const { told, result } = await charged(async () => {
        throw new Problem('provider_unreachable', 'no answer');
      });
      expect(told).toEqual([leave, NOTHING]);
      expect(result).toEqual({ ...KNOWN, isProven: false, isUnanswered: true });
    });

    it('is not ended after ten seconds, as other queries are', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const slow = async () => {
        await vi.advanceTimersByTimeAsync(10_000);
        return updateOf();
      };
      const over = await charged(slow);
      expect(over.told).toEqual([leave, back({ update: STATUS, spent: 1 })]);
      const other = await returned(saying(hint(), ASKABLE), { ledger: now, answer: slow });
      expect(other.result).toMatchObject({ isUnanswered: true });
      vi.useRealTimers();
    });
  });
});
