/** The recuts that every run plays before those that are drawn: what a forger tries first. */
import { currencyByNumber } from '../../src/payments/currencies.ts';
import { type Bench, isWithoutBorders } from './bench.ts';
import type { Cut } from './cuts.ts';
import { partName, saying } from './letter.ts';
import type { Recut } from './plan.ts';
import { ORDERS, ROLES } from './pool.ts';
import { type Demand, likelyShifts, MOST_BY } from './readings.ts';
import { placesIn } from './signed-text.ts';

const cut = (step: Cut['step'], ...[a = 0, b = 0, c = 0]: readonly number[]): Cut => ({
  step,
  numbers: [a, b, c],
});

/** So many of some things, beginning anywhere. */
function some<Thing>(things: readonly Thing[], count: number, dice: number): readonly Thing[] {
  if (things.length <= count) return things;
  const start = dice % things.length;
  return [...things.slice(start), ...things.slice(0, start)].slice(0, count);
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Our requests in the place of the bank's message, with each of its other fields empty in turn. */
function requestsAsAnswers(bench: Bench, from: number, dice: number): readonly Recut[] {
  const letter = bench.world.held[from]?.letter;
  const count = letter?.[partName(letter)].fields.length ?? 0;
  const steps = ['our request for the refused order in its place', "another's request in its place"] as const;
  return steps.flatMap((step) =>
    [cut(step), ...some(numbers(count), 1, dice).map((field) => cut(step, 0, 1, field))].map((one) => ({
      from,
      cuts: [one],
      only: 'notification' as const,
    })),
  );
}

const DAY = /^20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;

/** What values of a message have to be: orders and numbers of ours, words of the protocol, money, currencies, days. */
function demandIn({ world, pool }: Bench): (value: string) => Demand | null {
  const { requests, attempts } = world;
  const names = new Map(requests.paid.map(([name, value]) => [value, name]));
  const said = (name: string | undefined) =>
    Object.values(requests).flatMap((fields) => new Map(fields).get(name ?? '') ?? []);
  const isMoney = (value: string) => Number(value.replace('.', '')) === attempts.paid.amount;
  const among = (values: readonly string[]): Demand => ({
    fits: (one) => values.includes(one),
    matters: true,
  });
  const looking = (isOne: (text: string) => boolean): Demand => ({ fits: isOne, matters: false });
  return (value) => {
    if (Object.values(ORDERS).includes(value)) return among(Object.values(ORDERS));
    // A code that nobody knows is one too.
    if (pool.codes.includes(value))
      return {
        fits: (one) => pool.codes.includes(one) || (/^\d+$/.test(value) && /^\d{1,2}$/.test(one)),
        matters: true,
      };
    if (DAY.test(value)) return looking((one) => DAY.test(one));
    if (/^\d+\.\d\d$/.test(value)) return { fits: (one) => /^\d+\.\d\d$/.test(one), matters: isMoney(value) };
    if (/^[1-9]\d*$/.test(value) && isMoney(value))
      return { fits: (one) => /^[1-9]\d*$/.test(one), matters: true };
    if (/^\d{3}$/.test(value) && currencyByNumber(value))
      return looking((one) => /^\d{3}$/.test(one) && currencyByNumber(one) !== null);
    const known = value.length > 3 ? said(names.get(value)) : [];
    return known.length > 0 ? looking((one) => known.includes(one)) : null;
  };
}

/** Other readings of the signed text, where it has no borders. */
function otherReadings(bench: Bench, from: number, dice: number): readonly Recut[] {
  const letter = bench.world.held[from]?.letter;
  const base = bench.bases[from];
  if (!letter || !base) return [];
  const part = letter[partName(letter)];
  const order = placesIn(base, part);
  if (!isWithoutBorders(base, part, order)) return [];
  const likely = likelyShifts(part, order, demandIn(bench));
  return some(likely, 8, dice).map(({ first, more, by }) => ({
    from,
    cuts: [cut('borders moved together', first, more, by + MOST_BY)],
    only: 'notification' as const,
  }));
}

/** What decides, as the forger wants it: it counts where nobody has signed it. */
function wanted(bench: Bench, from: number, dice: number): readonly Recut[] {
  const { good } = bench.pool;
  const words = some(numbers(2 * good.length), 1, dice).map((at) =>
    cut('a good word', at % 2, Math.floor(at / 2)),
  );
  const cuts = [
    ...words,
    cut('money of another order', dice, dice >> 3),
    ...(bench.unsigned.length > 0 ? [cut('a field that nobody signs', dice, dice >> 4)] : []),
    ...some(numbers(6), 1, dice).map((at) => cut('another order', at % 3, at < 3 ? 0 : 1)),
  ];
  return cuts.map((one) => ({ from, cuts: [one], only: 'notification' as const }));
}

/** The name of the order goes on to another field that says an order; where there is none, to a number now and then. */
function renamed(bench: Bench, from: number, dice: number): readonly Recut[] {
  const letter = bench.world.held[from]?.letter;
  const part = letter?.[partName(letter)];
  const texts = part?.fields.map((field) => saying(part, field)) ?? [];
  const orders = texts.filter((text) => Object.values(ORDERS).includes(text));
  const worth = texts.filter((text) => orders.includes(text) || /^\d{3,}$/.test(text));
  const pairs =
    orders.length > 1
      ? orders.flatMap((_, a) => worth.flatMap((text, b) => (orders.includes(text) ? [[a, b] as const] : [])))
      : [[dice, dice >> 5] as const];
  return some(pairs, 2, dice).map(([a, b]) => ({
    from,
    cuts: [cut('names moved in their order', a, b)],
    only: 'notification' as const,
  }));
}

/** A value of another message. */
function swapped(from: number, dice: number): readonly Recut[] {
  return [
    {
      from,
      cuts: [cut('values of another message', Math.floor(dice / 7), dice, 0)],
      only: 'notification' as const,
    },
  ];
}

/** @param dice which of them, where there are too many for one run. */
export function fixedRecuts(bench: Bench, dice: number): readonly Recut[] {
  const { held } = bench.world;
  // The other way too, now and then: most messages are refused there.
  const whole = held.map(
    ({ channel }, from): Recut => ({ from, cuts: [], ...((dice + from) % 2 === 0 && { only: channel }) }),
  );
  const notifications = held.flatMap(({ kind, channel }, from) =>
    (kind === 'genuine' || kind === 'published') && channel === 'notification' ? [from] : [],
  );
  const strangers = held.flatMap(({ kind, channel }, from) =>
    kind !== 'genuine' && kind !== 'request' && channel === 'notification' ? [from] : [],
  );
  // A shopper may come back to any payment with what was said of another one.
  const misdirected = held.flatMap(({ kind, role }, from): Recut[] =>
    kind === 'genuine'
      ? ROLES.filter((about) => about !== role).map((about) => ({ from, cuts: [], only: 'return', about }))
      : [],
  );
  return [
    ...whole,
    ...some(misdirected, 2, dice),
    ...notifications.slice(0, 1).flatMap((from) => requestsAsAnswers(bench, from, dice)),
    ...notifications.flatMap((from) => otherReadings(bench, from, dice)),
    ...notifications
      .slice(0, 2)
      .flatMap((from) => [
        ...wanted(bench, from, dice),
        ...renamed(bench, from, dice),
        ...swapped(from, dice),
      ]),
    ...strangers.map((from) => ({ from, cuts: [cut('another order', 0)], only: 'notification' as const })),
  ];
}
