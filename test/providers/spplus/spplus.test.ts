/**
 * SPPlus's hmac covers values alone. Ruled out: a refusal, or a cancelled payment, cut into one that brings money; text of the
 * shopper where a code is read; a test that counts in production.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../../src/payments/money.ts';
import { apply, NEW_ATTEMPT } from '../../../src/payments/rules.ts';
import { MONEY_OUTCOMES } from '../../../src/payments/statuses.ts';
import { summarize } from '../../../src/payments/summary.ts';
import type { ProviderRequest, ProviderUpdate } from '../../../src/providers/contract.ts';
import { spplus } from '../../../src/providers/spplus/index.ts';
import { ETATS } from '../../../src/providers/spplus/statuses.ts';
import { accountOf, begin, CONTEXT, ORDER, request } from '../support.ts';

const account = accountOf(spplus);

/** The hmac of a query string, as the bank makes it. */
function hmacOf(query: string): string {
  const recipe = spplus.signatures['query-signature'];
  if (recipe?.kind !== 'sign') throw new Error('there is no such recipe');
  return recipe.sign(account.settings, { raw: query }).signature;
}

const START = `siret=00000000000001-01&reference=${ORDER}&langue=FR&devise=978&montant=19.99&taxe=0.00`;

function message(query: string, hmac = hmacOf(query)): ProviderRequest {
  return {
    method: 'GET',
    query: new TextEncoder().encode(`${query}&hmac=${hmac}`),
    body: new Uint8Array(),
    headers: {},
    contentType: null,
  };
}

const read = (query: string, hmac?: string, environment: 'production' | 'sandbox' = 'sandbox') =>
  spplus.notification(
    message(query, hmac),
    { ...account, environment },
    'notification',
    CONTEXT,
  ) as Promise<ProviderUpdate>;

/** What a message says, `unproven` where it proves nothing; null where it is refused, or brings back what was not sent. */
async function outcomeOf(query: string, hmac?: string): Promise<string | null> {
  const { bound = {} } = await begin(spplus);
  const update = await read(query, hmac).catch(() => null);
  if (!update) return null;
  const { echo = {} } = update;
  const said = update.unproven ? 'unproven' : update.outcome;
  return Object.keys(bound).every((name) => echo[name] === bound[name]) ? said : null;
}

describe('the values of one message', () => {
  it('are read as they are: a refusal, a payment', async () => {
    expect(await outcomeOf(`${START}&refsfp=SFP0001&etat=10`)).toBe('paid');
    expect(await outcomeOf(`${START}&refsfp=SFP0003&etat=2`)).toBe('denied');
    // Also a 12 of a refsfp that is one digit shorter: the two losses are told alike.
    expect(await outcomeOf(`${START}&refsfp=SFP0001&etat=2`)).toBe('cancelled');
    expect(await outcomeOf(`${START}&refsfp=SFP0003&etat=1`)).toBe('authorized');
  });

  it('cannot be cut so that a refusal becomes a payment by what the shopper wrote', async () => {
    const refused = `${START}&refsfp=SFP0001&etat=2&email=bob10x%40example.com`;
    const recut = `${START}&refsfp=SFP00012bob&etat=10&email=x%40example.com`;
    expect(hmacOf(recut)).toBe(hmacOf(refused));
    expect(await read(recut, hmacOf(refused))).toMatchObject({ unproven: true });
    expect(await outcomeOf(recut, hmacOf(refused))).toBeNull();
  });

  it('cannot be cut so that a reference of the bank’s holds a code', async () => {
    const refused = hmacOf(`${START}&refsfp=SFP10X77&etat=2`);
    expect(await outcomeOf(`${START}&refsfp=SFP&etat=10&email=X772`, refused)).toBeNull();
    expect(await read(`${START}&refsfp=SFP&etat=10&email=X772`, refused)).toMatchObject({ unproven: true });
  });

  it('cannot be cut so that a cancelled payment is held, or a held one charged back', async () => {
    const cancelled = hmacOf(`${START}&refsfp=SFP0003&etat=11`);
    expect(await outcomeOf(`${START}&refsfp=SFP00031&etat=1`, cancelled)).toBe('unproven');
    const held = hmacOf(`${START}&refsfp=SFP0002&etat=1`);
    expect(await outcomeOf(`${START}&refsfp=SFP000&etat=21`, held)).toBe('unproven');
  });

  it('cannot be cut so that a payment is an error of a code that nobody knows', async () => {
    const paid = hmacOf(`${START}&refsfp=SFP0001&etat=10`);
    expect(await outcomeOf(`${START}&refsfp=SFP00011&etat=0`, paid)).toBeNull();
    // A new code of the bank's, with no other reading.
    expect(await outcomeOf(`${START}&refsfp=SFP0003&etat=40`)).toBe('error');
  });

  it('bring money in one reading only, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/),
        fc.constantFrom(...Object.keys(ETATS)),
        fc.nat(12),
        fc.constantFrom(1, 2),
        async (refsfp, etat, at, length) => {
          const genuine = `${START}&refsfp=${refsfp}&etat=${etat}`;
          const tail = `${refsfp}${etat}`;
          const [head, code, rest] = [
            tail.slice(0, at),
            tail.slice(at, at + length),
            tail.slice(at + length),
          ];
          if (head === refsfp && code === etat) return;
          const cut = `${START}&refsfp=${head}&etat=${code}${rest ? `&arg1=${rest}` : ''}`;
          const outcome = await outcomeOf(cut, hmacOf(genuine));
          expect(MONEY_OUTCOMES.has(outcome as never), `${genuine} as ${cut}`).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('cannot be taken from our own request', async () => {
    const { redirect } = await begin(spplus);
    const sent = new URL(redirect.kind === 'html' ? '' : redirect.url).searchParams;
    const validite = sent.get('validite') ?? '';
    for (const [refsfp, etat] of [
      [validite, ''],
      [validite.slice(0, -1), validite.slice(-1)],
      [validite.slice(0, -2), validite.slice(-2)],
    ]) {
      await expect(read(`${START}&refsfp=${refsfp}&etat=${etat}`, sent.get('hmac') ?? '')).rejects.toThrow();
    }
  });
});

describe('a payment that was held', () => {
  /** The status after these messages of one transaction, in this order. */
  async function statusAfter(...messages: readonly (readonly [refsfp: string, etat: string])[]) {
    let state = NEW_ATTEMPT;
    for (const [refsfp, etat] of messages) {
      const {
        outcome,
        amount,
        movement,
        ofTransaction = false,
      } = await read(`${START}&refsfp=${refsfp}&etat=${etat}`);
      state = apply(state, { outcome: outcome as never, amount: amount as Minor, movement, ofTransaction });
    }
    return summarize(1999 as Minor, [state]).status;
  }

  it.each([
    ['11', 'cancelled'],
    ['5', 'denied'],
  ])('and is told to be over (%s) is held no more, whichever message comes first', async (etat, status) => {
    expect(await statusAfter(['SFP0003', '4'], ['SFP0003', etat])).toBe(status);
    expect(await statusAfter(['SFP0003', etat], ['SFP0003', '4'])).toBe(status);
  });

  it('stays held when another transaction is cancelled', async () => {
    expect(await statusAfter(['SFP0003', '4'], ['SFP0004', '11'])).toBe('authorized');
  });
});

describe('a request', () => {
  it('has nothing of the shopper’s or the shop’s that comes back after etat', async () => {
    const { redirect } = await begin(spplus, request(spplus, { description: 'order10' }));
    const names = [...new URL(redirect.kind === 'html' ? '' : redirect.url).searchParams.keys()];
    for (const name of ['email', 'arg1', 'arg2']) expect(names).not.toContain(name);
  });

  it('takes no instalments and no means in another form', async () => {
    const given = (providerFields: Record<string, string>) =>
      begin(spplus, request(spplus, { providerFields }));
    await given({ modalite: '1x/3x', moyen: 'CBS' });
    await expect(given({ modalite: '10' })).rejects.toThrow('modalite');
    await expect(given({ moyen: `CBS${ORDER}` })).rejects.toThrow('moyen');
  });
});

it('refuses a test payment on an account in production', async () => {
  const query = `${START}&refsfp=SFP0001&etat=99`;
  expect((await read(query)).outcome).toBe('pending');
  await expect(read(query, undefined, 'production')).rejects.toMatchObject({ reason: 'wrong_environment' });
});
