/**
 * What becomes of a message, by hand-made providers and ledgers. Ruled out: one that counts though a secret of the past, a stranger's address
 * or another account's attempt stands behind it; one that is proven and is not told to its ledger as it came; a provider that is not asked
 * where the message leaves something open, or is asked where nobody can be.
 * The file is long because each way of a message is tried with the same parts.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import type { OpenedAccount } from '../../src/gateway/accounts.ts';
import { takeNotification, verifyMessage } from '../../src/gateway/notifications.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Provider, ProviderRequest, ProviderUpdate } from '../../src/providers/contract.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import {
  ASKABLE,
  accountOf,
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

const MESSAGE: ProviderRequest = {
  method: 'POST',
  query: utf8(''),
  body: utf8(''),
  headers: {},
  contentType: null,
};
const SENDER = { requestId: 'request-1', ip: '198.41.0.9' };
const USUAL = { status: 200, headers: {}, body: 'usual' };
const OWN = { status: 200, headers: {}, body: 'own' };
const ANSWER = { status: 200, headers: {}, body: 'from the ledger' };
const ASK = { number: '7', madeUp: 'x' };

/** A ledger that takes all, and a directory that stores every refusal. */
const TAKES = { applyUpdate: { kind: 'answer', answer: ANSWER, repeat: false }, takeHint: 'taken' };
const STORES = { recordRefusal: null };

let made = 0;

/** Each message comes some minutes after the one before: of too many in a minute not all are stored. */
let time = NOW;

/** A provider that none of the other tests has heard of, whose message says this. */
function saying(message: unknown, changes: Partial<Record<keyof Provider, unknown>> = {}): Provider {
  made += 1;
  return providerLike({ id: `made-${made}`, notification: async () => message, ...changes });
}

/** Takes a message. @returns what came of it, what the ledgers were told, and the lines of the log. */
async function taken(
  provider: Provider,
  {
    account = {},
    ledger = {},
    ip = SENDER.ip,
    accounts = [],
  }: {
    account?: Partial<Account>;
    ledger?: object;
    ip?: string | null;
    accounts?: readonly Account[];
  } = {},
) {
  const lines = logLines();
  time += 120_000;
  const now = time;
  const parts = handMade({
    ledger: { ...TAKES, ...ledger },
    directory: STORES,
    accounts,
    changes: { now: () => now },
  });
  const result = await takeNotification(parts.service, openedOf(provider, account), MESSAGE, {
    ...SENDER,
    ip,
  }).catch((error: unknown) => error);
  return { ...parts, result, told: parts.ledger, refusals: parts.directory, lines };
}

const hint = (about: Record<string, string> = { number: '7' }, attempt = 1) => [
  'takeHint',
  ID,
  { attempt, account: 'main', hint: about },
];

/** What a ledger is told of `updateOf()`. */
const COMMAND = {
  key: 'T1/9',
  outcome: 'paid',
  amount: 1999,
  currency: 'EUR',
  movement: 'T1',
  providerReference: 'T1',
  providerStatus: '9',
  detail: {},
  channel: 'notification',
  signedBy: 'current',
  account: 'main',
  test: false,
  attempt: 1,
  ip: SENDER.ip,
  providerStatusText: 'Paid',
  proven: true,
  reply: USUAL,
};
const FIRST_MESSAGE = { what: 'field', value: '(any message)', example: '' };
const NEW_ADDRESS = { what: 'address', value: SENDER.ip, example: 'sent a notification' };

describe('the secrets of an account', () => {
  const variantsOf = (opened: OpenedAccount, untils: readonly (number | null)[]): OpenedAccount => {
    const [current] = opened.variants;
    const [first, ...more] = untils.map((until, index) => ({
      account: { ...current.account, settings: { secret: index } },
      signedBy: `secret ${index}`,
      until,
    }));
    return { ...opened, variants: [first ?? current, ...more] };
  };

  /** Checks a message with secrets that live so long. @param errors what each is answered with; null: it fits */
  async function verified(untils: readonly (number | null)[], errors: readonly (Error | null)[]) {
    const tried: unknown[] = [];
    const provider = saying(null, {
      notification: async (_request: unknown, { settings }: { settings: { secret: number } }) => {
        tried.push(settings.secret);
        const error = errors[settings.secret];
        if (error) throw error;
        return updateOf();
      },
    });
    const { service } = handMade({});
    const opened = variantsOf(openedOf(provider), untils);
    const result = await verifyMessage(service, opened, MESSAGE, 'notification').catch((error) => error);
    return { result, tried };
  }

  const mismatch = (text: string) => new Refusal('signature_mismatch', text);
  const fits = (index: number) => ({ message: updateOf(), signedBy: `secret ${index}` });

  it('are tried in turn, and one whose time is over at this moment is not', async () => {
    const first = mismatch('first');
    expect(await verified([null, NOW, NOW + 1], [first, null, null])).toEqual({
      result: fits(2),
      tried: [0, 2],
    });
    expect(await verified([null, NOW - 1], [first, null])).toEqual({ result: first, tried: [0] });
  });

  it('fit none: the refusal is that of the current one', async () => {
    const first = mismatch('first');
    expect(await verified([null, null], [first, mismatch('second')])).toEqual({
      result: first,
      tried: [0, 1],
    });
    expect((await verified([NOW], [null])).result).toMatchObject({ problem: 'no_secret' });
  });

  it('are not tried again where the message is wrong under any', async () => {
    const missing = new Refusal('field_missing', 'no order');
    expect(await verified([null, null], [missing, null])).toEqual({ result: missing, tried: [0] });
  });

  it('do not hide a fault of ours', async () => {
    const fault = new TypeError('undefined is not a function');
    expect(await verified([null, null], [fault, null])).toEqual({ result: fault, tried: [0] });
  });
});

describe('a message that is proven', () => {
  it('comes to its ledger whole, with what is new in it the first time, and has the ledger’s answer', async () => {
    const provider = saying(updateOf());
    const first = await taken(provider);
    expect(first.result).toEqual(ANSWER);
    expect(first.told).toEqual([['applyUpdate', ID, { ...COMMAND, noticed: [FIRST_MESSAGE, NEW_ADDRESS] }]]);
    expect([first.lines, first.refusals]).toEqual([[], []]);
    // What was noticed is told once, and no empty list of it is.
    expect((await taken(provider)).told).toEqual([['applyUpdate', ID, COMMAND]]);
    const { ip: _ip, ...withoutAddress } = COMMAND;
    expect((await taken(provider, { ip: null })).told).toEqual([['applyUpdate', ID, withoutAddress]]);
  });

  it('with a code that no sheet has says so once, and why it was not paid', async () => {
    const denied = updateOf({ outcome: 'denied', providerStatus: '77', reply: OWN });
    const { told } = await taken(saying(denied));
    const noticed = [{ what: 'code', value: '77', example: 'read as denied' }, FIRST_MESSAGE, NEW_ADDRESS];
    const command = { ...COMMAND, outcome: 'denied', providerStatus: '77', providerStatusText: null };
    const declineReason = { code: 'declined', text: '77' };
    expect(told).toEqual([['applyUpdate', ID, { ...command, declineReason, noticed, reply: OWN }]]);
  });

  it('from an address that the account does not allow is not even read', async () => {
    const notification = vi.fn();
    const provider = saying(null, { notification });
    for (const ip of ['198.41.0.9', null]) {
      const { result, told, refusals } = await taken(provider, {
        account: { allowedIps: ['198.41.0.1'] },
        ip,
      });
      expect(result).toMatchObject({
        reason: 'address_not_allowed',
        message: `the address ${ip} is not allowed`,
      });
      expect(told).toEqual([]);
      expect(refusals).toMatchObject([
        ['recordRefusal', { account: 'main', channel: 'notification', reason: 'address_not_allowed', ip }],
      ]);
    }
    expect(notification).not.toHaveBeenCalled();
    const { result } = await taken(saying(updateOf()), { account: { allowedIps: ['198.41.0.9'] } });
    expect(result).toEqual(ANSWER);
  });

  it('tells of other transactions too, before its own', async () => {
    const other = updateOf({ key: 'T0/2', outcome: 'denied', providerStatus: '2', movement: 'T0' });
    const { told } = await taken(saying(updateOf({ also: [other] })));
    expect(told.map(([name, id, command]) => [name, id, (command as { key: string }).key])).toEqual([
      ['applyUpdate', ID, 'T0/2'],
      ['applyUpdate', ID, 'T1/9'],
    ]);
    const strange = await taken(saying(updateOf({ order: 'none of ours', also: [other] })));
    expect(strange.told).toEqual([]);
  });

  it('that says nothing of a payment is acknowledged, by a reply of its own where it has one', async () => {
    const acknowledgement = { kind: 'acknowledgement', about: 'a test' };
    expect((await taken(saying(acknowledgement))).result).toEqual(USUAL);
    const { result, told } = await taken(saying({ ...acknowledgement, reply: OWN }));
    expect([result, told]).toEqual([OWN, []]);
  });
});

describe('a message that counts without proof, where its operator has accepted that', () => {
  const trusted = { trustUnprovenNotifications: true };
  const line = (provider: Provider) =>
    taken(provider, { account: trusted }).then(({ lines, told }) => [lines, told.length]);

  it('is named in the log, and no other message is', async () => {
    const unproven = { proof: () => UNPROVEN };
    expect(await line(saying(updateOf(), unproven))).toEqual([
      [
        {
          event: 'notification.trusted_unproven',
          requestId: 'request-1',
          account: 'main',
          order: `${ID}01`,
          outcome: 'paid',
        },
      ],
      1,
    ]);
    expect(await line(saying(updateOf()))).toEqual([[], 1]);
    const inTest = await taken(saying(updateOf(), unproven), { account: { environment: 'test' } });
    expect(inTest.lines).toEqual([]);
    expect(inTest.told[0]?.[2]).toMatchObject({ proven: false, test: true });
    const nobodys = await taken(saying(updateOf(), unproven));
    expect(nobodys.lines).toEqual([]);
    expect(nobodys.told[0]?.[2]).toMatchObject({ proven: false, proofMissing: true });
  });
});

describe('the provider is asked because of a message', () => {
  const unclear = { kind: 'answer', answer: ANSWER, repeat: false, isUnclear: true };
  const clear = { kind: 'answer', answer: ANSWER, repeat: false };

  it.each([
    ['that asks for it', { ask: ASK }, ASKABLE, clear, [hint()]],
    ['that asks for it, of a provider that cannot be asked', { ask: ASK }, {}, clear, []],
    ['that asks for nothing', {}, ASKABLE, clear, []],
    ['that was not clear', { providerState: { number: '3' } }, ASKABLE, unclear, [hint({ number: '3' })]],
    ['that was not clear, and says nothing more', {}, ASKABLE, unclear, [hint({})]],
    ['that was not clear, of a provider that cannot be asked', {}, {}, unclear, []],
    [
      'that was not clear, of a provider that is asked about its own hints alone',
      {},
      { ...ASKABLE, queriesOnlyHints: true },
      unclear,
      [],
    ],
    ['that is not clear and asks for it', { ask: ASK }, ASKABLE, unclear, [hint()]],
  ] as const)('or not: one %s', async (_name, says, can, result, hints) => {
    const provider = saying(updateOf(says as Partial<ProviderUpdate>), can);
    const { told, result: reply } = await taken(provider, { ledger: { applyUpdate: result } });
    expect(reply).toEqual(ANSWER);
    expect(told.slice(1)).toEqual(hints);
  });

  it('or not: one that says of another transaction what is not clear, or what is', async () => {
    const other = updateOf({ key: 'T0/9', movement: 'T0' });
    const asked = async (ofOther: unknown) => {
      const applyUpdate = ({ key }: { key: string }) => (key === 'T0/9' ? ofOther : clear);
      const provider = saying(updateOf({ also: [other] }), ASKABLE);
      return (await taken(provider, { ledger: { applyUpdate } })).told.slice(2);
    };
    expect(await asked(unclear)).toEqual([hint({})]);
    expect(await asked(clear)).toEqual([]);
    expect(await asked({ kind: 'unknown' })).toEqual([]);
    // What is clear of the second does not make the first clear, and the other way round.
    const third = updateOf({ key: 'T2/9', movement: 'T2' });
    const applyUpdate = ({ key }: { key: string }) => (key === 'T0/9' ? unclear : clear);
    const two = await taken(saying(updateOf({ also: [other, third] }), ASKABLE), { ledger: { applyUpdate } });
    expect(two.told.slice(3)).toEqual([hint({})]);
  });

  it('instead of its counting, where it names no amount or its signature does not prove it', async () => {
    for (const provider of [
      saying(updateOf({ amount: null, reply: OWN }), ASKABLE),
      saying(updateOf({ reply: OWN }), { ...ASKABLE, proof: () => UNPROVEN }),
    ]) {
      const { told, result } = await taken(provider);
      expect([told, result]).toEqual([[hint({})], OWN]);
    }
  });

  it('and too many wait already: it has to come again', async () => {
    const { result } = await taken(saying(updateOf({ amount: null }), ASKABLE), {
      ledger: { takeHint: 'busy' },
    });
    expect(result).toBeInstanceOf(Problem);
    expect(result).toMatchObject({ code: 'rate_limited' });
  });
});

describe('a message that its ledger does not take', () => {
  const withLedger = (result: unknown, says: Partial<ProviderUpdate> = {}, can: object = ASKABLE) =>
    taken(saying(updateOf(says), can), { ledger: { applyUpdate: result } });

  it('because too many came has to come again, after so many seconds, rounded up', async () => {
    for (const [retryAfterMs, retryAfter] of [
      [1500, 2],
      [2000, 2],
    ]) {
      const { result, told } = await withLedger({ kind: 'busy', retryAfterMs });
      expect(result).toMatchObject({ code: 'rate_limited', retryAfter });
      expect(told).toHaveLength(1);
    }
  });

  it('because it echoes what this attempt was not started with is refused, or a reason to ask where it asks', async () => {
    const unbound = { kind: 'unbound', name: 'token' };
    const refused = {
      reason: 'wrong_attempt',
      message: 'token is not what this attempt was started with',
    };
    expect((await withLedger(unbound)).result).toMatchObject(refused);
    const asked = await withLedger(unbound, { ask: ASK });
    expect([asked.result, asked.told.slice(1)]).toEqual([USUAL, [hint()]]);
    const cannot = await withLedger(unbound, { ask: ASK }, {});
    expect(cannot.result).toMatchObject(refused);
    expect(cannot.told).toHaveLength(1);
    expect(cannot.refusals).toMatchObject([['recordRefusal', { reason: 'wrong_attempt' }]]);
  });

  it('because its money is not real is refused', async () => {
    const { result, refusals } = await withLedger({ kind: 'not_real' }, { ask: ASK });
    expect(result).toMatchObject({ reason: 'wrong_environment' });
    expect(refusals).toMatchObject([['recordRefusal', { reason: 'wrong_environment' }]]);
  });
});

describe('a refusal has the reply of its protocol', () => {
  it('where that has one', async () => {
    const refused = vi.fn(() => OWN);
    const provider = saying(null, {
      refused,
      notification: async () => {
        throw new Refusal('field_missing', 'no order');
      },
    });
    const { result, lines } = await taken(provider);
    expect(result).toEqual(OWN);
    const [{ account }] = openedOf(provider).variants;
    expect(refused).toHaveBeenCalledWith(
      expect.objectContaining({ reason: 'field_missing' }),
      account.settings,
    );
    expect(lines).toEqual([
      {
        event: 'notification.refused',
        requestId: 'request-1',
        account: 'main',
        channel: 'notification',
        reason: 'field_missing',
        detail: 'no order',
      },
    ]);
  });
});

describe('a message about no attempt of the account', () => {
  const UNKNOWN = { applyUpdate: { kind: 'unknown' }, takeHint: 'unknown', read: null };
  const LINE = { requestId: 'request-1', account: 'main', order: `${ID}01`, outcome: 'paid', amount: 1999 };

  it('is named in the log, and not found, or has the reply of its protocol', async () => {
    const plain = await taken(saying(updateOf()), { ledger: UNKNOWN });
    expect(plain.result).toMatchObject({ code: 'not_found' });
    expect(plain.lines).toEqual([{ event: 'notification.unknown_payment', ...LINE }]);
    const refused = vi.fn(() => OWN);
    const { result } = await taken(saying(updateOf(), { refused }), { ledger: UNKNOWN });
    expect(result).toEqual(OWN);
    expect(refused).toHaveBeenCalledWith(null, expect.anything());
    const strange = await taken(saying(updateOf({ order: 'none of ours' })), { ledger: UNKNOWN });
    expect(strange.told).toEqual([]);
    expect(strange.lines).toEqual([
      { event: 'notification.unknown_payment', ...LINE, order: 'none of ours' },
    ]);
  });

  it('is not refused as another account’s where the attempt is the account’s own', async () => {
    const { result, refusals } = await taken(saying(updateOf()), {
      ledger: { ...UNKNOWN, read: { attempts: [{ account: 'main' }] } },
    });
    expect(result).toMatchObject({ code: 'not_found' });
    expect(refusals).toEqual([]);
  });

  it('may be another software’s on the same contract: then it is acknowledged', async () => {
    const foreign = { kind: 'hint', order: `${ID}01`, about: ASK, mayBeForeign: true };
    const { result, lines } = await taken(saying(foreign, ASKABLE), { ledger: UNKNOWN });
    expect(result).toEqual(USUAL);
    const { outcome: _outcome, amount: _amount, ...line } = LINE;
    expect(lines).toEqual([{ event: 'notification.foreign', ...line }]);
    const { mayBeForeign: _may, ...ours } = foreign;
    expect((await taken(saying(ours, ASKABLE), { ledger: UNKNOWN })).result).toMatchObject({
      code: 'not_found',
    });
  });

  describe('but of another account’s', () => {
    /** A message that came to this account, about an attempt that went to an account of a registered provider. */
    async function strayed(change: Partial<Account>, message: object, result: unknown) {
      const own = accountOf('ogone', { id: 'own', ...change });
      vi.spyOn(registered('ogone'), 'notification').mockResolvedValue(message as never);
      const applyUpdate = ({ account }: { account: string }) =>
        account === 'own' ? result : { kind: 'unknown' };
      return taken(saying(updateOf()), {
        accounts: [own],
        ledger: { applyUpdate, read: { attempts: [{ account: 'own' }] } },
      });
    }

    it('is taken there, as that account believes it, and is named in the log', async () => {
      const there = await strayed({}, updateOf({ amount: 500 }), TAKES.applyUpdate);
      expect(there.result).toEqual(ANSWER);
      expect(there.lines).toEqual([{ event: 'notification.other_account', owner: 'own', ...LINE }]);
      expect(there.refusals).toEqual([]);
    });

    it('is refused where that account does not take it, with the reason for whoever looks into it, and is not found', async () => {
      for (const [change, result] of [
        [{ environment: 'test' }, TAKES.applyUpdate],
        [{ provider: 'payzen' }, TAKES.applyUpdate],
        [{ allowedIps: ['198.41.0.1'] }, TAKES.applyUpdate],
        [{}, { kind: 'unknown' }],
      ] as const) {
        const there = await strayed(change, updateOf(), result);
        expect(there.result).toMatchObject({ code: 'not_found' });
        expect(there.refusals).toMatchObject([
          ['recordRefusal', { account: 'main', reason: 'wrong_account', requestId: 'request-1' }],
        ]);
        expect(there.lines.map((line) => (line as { event: string }).event)).toEqual([
          'notification.refused',
          'notification.unknown_payment',
        ]);
      }
    });
  });
});

describe('a hint', () => {
  const about = (order: string | null) => ({ kind: 'hint', order, about: ASK });

  it('of a provider that can be asked goes to the ledger, and is confirmed', async () => {
    const { result, told } = await taken(saying(about(`${ID}02`), ASKABLE));
    expect([result, told]).toEqual([USUAL, [hint({ number: '7' }, 2)]]);
    const own = await taken(saying({ ...about(`${ID}01`), reply: OWN }, ASKABLE));
    expect(own.result).toEqual(OWN);
  });

  it('that names no order of ours asks nobody', async () => {
    for (const order of [null, 'none of ours']) {
      const { result, told } = await taken(saying(about(order), ASKABLE));
      expect(result).toMatchObject({ code: 'not_found' });
      expect(told).toEqual([]);
    }
  });

  it('where nobody can be asked has the payment wait for a person', async () => {
    const { result, told } = await taken(saying({ ...about(`${ID}01`), reply: OWN }));
    expect(result).toEqual(OWN);
    const { currency: _currency, providerReference: _reference, ...command } = COMMAND;
    expect(told).toEqual([
      [
        'applyUpdate',
        ID,
        {
          ...command,
          key: 'hint',
          outcome: 'pending',
          amount: null,
          currency: null,
          movement: '',
          providerReference: null,
          providerStatus: '',
          providerStatusText: null,
          signedBy: 'nobody',
          proven: false,
          proofMissing: true,
          reply: OWN,
        },
      ],
    ]);
    const usual = await taken(saying(about(`${ID}01`)));
    expect(usual.told[0]?.[2]).toMatchObject({ reply: USUAL });
    const strange = await taken(saying(about(`${OTHER_ID}01`)), {
      ledger: { applyUpdate: { kind: 'unknown' }, read: null },
    });
    expect(strange.result).toMatchObject({ code: 'not_found' });
  });
});
