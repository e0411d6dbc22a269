/** One run of the forge, as it is drawn and made smaller. */
import fc from 'fast-check';
import type { Channel, Provider } from '../../src/providers/contract.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { Situation } from './beginnings.ts';
import { type Cut, STEP_NAMES } from './cuts.ts';
import { changedSettings, type Settings, settingsWith } from './options.ts';
import { hostileFields, hostileText, type Pool, type Role } from './pool.ts';
import type { Typed } from './typed.ts';
import { PLACES, type Wish } from './wish.ts';
import { LISTED } from './world.ts';

/** Steps that are taken with a held message. */
export interface Recut {
  /** Which one, modulo how many there are. */
  readonly from: number;
  readonly cuts: readonly Cut[];
  /** Left out: it is sent both ways. */
  readonly only?: Channel;
  /** The payment that a return names in its address; left out: the one that the message is about. */
  readonly about?: Role;
}

/** One step with many numbers. */
export interface Sweep {
  readonly from: number;
  readonly cut: Cut;
  readonly channel: Channel;
}

export interface Plan {
  readonly changes: Settings;
  readonly strange: Settings;
  readonly wishes: Readonly<Record<Role, Wish>>;
  /** Each a part of the situation; see `situationOf`. */
  readonly isTest: boolean;
  readonly asksForReal: boolean;
  readonly lists: boolean;
  readonly trusts: boolean;
  readonly aside: Situation['aside'];
  readonly isRefunded: boolean;
  readonly second: boolean;
  readonly amount: number;
  readonly manual: boolean;
  readonly ending: number;
  /** Null: the bank says what it usually says. */
  readonly typed: Typed | null;
  /** Which published message is held too. */
  readonly published: number;
  readonly dice: number;
  readonly recuts: readonly Recut[];
  readonly sweeps: readonly Sweep[];
}

/** Now and then nothing: each costs as much as a payment of ours. */
const ASIDES: readonly Situation['aside'][] = [
  'nothing',
  'nothing',
  'stranger',
  'stranger',
  'strangerElsewhere',
  'foreign',
  'twin',
  'earlier',
];

/** How many recuts a sweep has. */
export const SWEEP = 8;

function wishArbitrary(pool: Pool): fc.Arbitrary<Wish> {
  const texts = fc
    .array(
      fc.tuple(
        fc.constantFrom<string>('description', 'description', 'description', ...PLACES),
        hostileText(pool),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => Object.fromEntries(pairs));
  return fc.record({ texts, providerFields: hostileFields(pool) });
}

/** True once in so many. */
function onceIn(times: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: times - 1 }).map((drawn) => drawn === times - 1);
}

export function planArbitrary(provider: Provider, pool: Pool): fc.Arbitrary<Plan> {
  const wish = wishArbitrary(pool);
  // They choose among what there is: a smaller one is no simpler.
  const number = fc.noShrink(fc.nat({ max: 0xfffff }));
  const cut = fc.record({
    step: fc.constantFrom(...STEP_NAMES),
    numbers: fc.tuple(number, number, number),
  });
  // The genuine notifications are worth more than the others.
  const from = fc.noShrink(fc.oneof(fc.constantFrom(0, 2), fc.nat({ max: 99 })));
  const sweep = fc.record({
    from,
    cut,
    channel: fc.constantFrom<Channel>('notification', 'notification', 'return'),
  });
  const one = fc.record({
    from,
    cuts: fc.oneof(
      { weight: 5, arbitrary: fc.array(cut, { minLength: 1, maxLength: 1 }) },
      { weight: 4, arbitrary: fc.array(cut, { minLength: 2, maxLength: 3 }) },
    ),
  });
  return fc.record({
    changes: changedSettings(provider, pool),
    strange: changedSettings(provider, pool),
    wishes: fc.record({ refused: wish, paid: wish, other: wish }),
    isTest: onceIn(4),
    asksForReal: fc.boolean(),
    lists: onceIn(5),
    trusts: onceIn(4),
    aside: fc.noShrink(fc.constantFrom(...ASIDES)),
    isRefunded: onceIn(3),
    second: fc.boolean(),
    amount: fc.noShrink(fc.constantFrom(100, 1999, 123, 424_200)),
    manual: onceIn(4),
    ending: fc.noShrink(fc.nat({ max: 9 })),
    typed: fc.option(
      fc.record({
        spelt: fc.nat({ max: 7 }),
        text: hostileText(pool),
        number: fc.noShrink(fc.nat({ max: 99 })),
      }),
      { nil: null, freq: 2 },
    ),
    published: number,
    dice: number,
    recuts: fc.array(one, { maxLength: 3, size: 'max' }),
    sweeps: fc.array(sweep, { maxLength: 2, size: 'max' }),
  });
}

export function situationOf(provider: Provider, pool: Pool, plan: Plan): Situation {
  const [currency = 'EUR', second] = DEMO_ACCOUNTS[provider.id]?.currencies ?? [];
  const endings = bankOf(provider.id).decisions.filter((decision) => decision !== 'pay');
  const isTest = plan.isTest || provider.testOnly;
  return {
    settings: settingsWith(provider, pool, plan.changes),
    environment: isTest ? 'sandbox' : 'production',
    asksForReal: isTest && plan.asksForReal,
    allowedIps: plan.lists ? [LISTED] : [],
    trusts: plan.trusts,
    currency,
    paidCurrency: plan.second && second ? second : currency,
    paidAmount: plan.amount,
    capture: plan.manual && provider.capabilities.manualCapture ? 'manual' : null,
    ending: endings[plan.ending % Math.max(1, endings.length)] ?? null,
    isRefunded: plan.isRefunded,
    aside: plan.aside,
    strangerSettings: settingsWith(provider, pool, plan.strange),
    wishes: plan.wishes,
  };
}
