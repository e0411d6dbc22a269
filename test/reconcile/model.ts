/**
 * A bank of which everything is known: what it has carried out, rejected, or never got. A drawn script has the shop's operations
 * cut, declined, delayed and told in any order, with operations of the back office and restarts between. In the end each operation
 * has the bank's result under its own key.
 */
import { evictDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { vi } from 'vitest';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { Provider } from '../../src/providers/contract.ts';
import { concluded, entryOf, perform, setSlow } from '../../src/sandbox/kit/bank-ledger.ts';
import type { BankOperation, Entry } from '../../src/sandbox/kit/entry.ts';
import {
  bankOf,
  cut,
  deliver,
  type Journey,
  journey,
  ledgerOf,
  memory,
  objectOf,
  type Payment,
  type Place,
  runAlarms,
  trouble,
  unique,
} from '../support/harness.ts';

/** How the call of an operation goes. */
const FAULTS = ['none', 'none', 'none', 'cut-before', 'cut-after', 'fail', 'html'] as const;
type Fault = (typeof FAULTS)[number];

export type Step =
  | {
      readonly do: 'request';
      readonly kind: OperationKind;
      readonly amount: number | null;
      readonly fault: Fault;
      readonly slow: boolean;
    }
  /** Somebody refunds in the back office. */
  | { readonly do: 'panel'; readonly amount: number }
  /** The bank carries out or rejects something that is pending. */
  | { readonly do: 'conclude'; readonly which: number; readonly result: 'done' | 'rejected' }
  /** The bank tells of an operation, for the first time or again. */
  | { readonly do: 'tell'; readonly which: number }
  | { readonly do: 'refresh' }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'restart' };

export interface Script {
  readonly manual: boolean;
  readonly steps: readonly Step[];
  /** What becomes of all that is pending in the end, and whether the bank tells of it. */
  readonly ending: 'done' | 'rejected';
  readonly told: boolean;
}

/** What the script's operations and the back office's are for. None of ours is a sum of others. */
const AMOUNTS = [300, 500, 700];
const PANEL_AMOUNTS = [110, 230];
const ASKED = 4000;

/** The kinds of operations that a provider has on money that is held or paid. */
function kindsOf(provider: Provider, manual: boolean): readonly OperationKind[] {
  const kinds = manual ? (['capture', 'cancel', 'refund'] as const) : (['refund'] as const);
  return kinds.filter((kind) => provider[kind]?.rule.fundsSources.some((source) => source !== 'open'));
}

/** @param options.panel whether the back office refunds too. */
export function scriptOf(provider: Provider, options: { readonly panel: boolean }): fc.Arbitrary<Script> {
  const canHold = provider.capabilities.manualCapture && provider.capture !== undefined;
  return fc.constantFrom(...(canHold ? [false, true] : [false])).chain((manual) => {
    const kinds = kindsOf(provider, manual);
    const request = fc.record({
      do: fc.constant('request' as const),
      kind: fc.constantFrom(...(kinds.length > 0 ? kinds : (['refund'] as const))),
      amount: fc.constantFrom(null, ...AMOUNTS, ...AMOUNTS),
      fault: fc.constantFrom(...FAULTS),
      slow: fc.boolean(),
    });
    const which = fc.nat({ max: 5 });
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 5, arbitrary: request },
      {
        weight: options.panel ? 1 : 0,
        arbitrary: fc.record({
          do: fc.constant('panel' as const),
          amount: fc.constantFrom(...PANEL_AMOUNTS),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('conclude' as const),
          which,
          result: fc.constantFrom('done' as const, 'done' as const, 'rejected' as const),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), which }) },
      { weight: 2, arbitrary: fc.constant({ do: 'refresh' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 20, 300) }),
      },
      { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
    );
    return fc.record({
      manual: fc.constant(manual),
      steps: fc.array(step, { minLength: 2, maxLength: 9 }),
      ending: fc.constantFrom('done' as const, 'done' as const, 'rejected' as const),
      told: fc.boolean(),
    });
  });
}

/** One request of the shop, and the bank's operation that it led to; null: it never got there, or was declined. */
interface Requested {
  readonly key: string;
  readonly body: object;
  readonly kind: OperationKind;
  readonly bankId: string | null;
  readonly status: number;
}

export interface Result {
  readonly payment: Payment;
  readonly entry: Entry;
  /** By our number of the operation, less one. */
  readonly requested: readonly Requested[];
  readonly panel: readonly string[];
  readonly told: ReadonlySet<string>;
}

/** What a protocol does at once or not at all. */
const AT_ONCE: ReadonlySet<string> = new Set(['paymill/cancel']);

/**
 * Where nothing but its answer tells of an operation that waits: the payment's status is that of before until it is done. At Paybox
 * that is PayPal's alone; at SIPS 2 it is code 60 of a validation, whose money a status query finds when it is booked.
 */
const WAITS_ANSWERED: ReadonlySet<string> = new Set(['paybox', 'sips2']);

/** A shop and a bank in the middle of a script. */
class Play {
  readonly #provider: Provider;
  readonly #attempt: Journey;
  readonly requested: Requested[] = [];
  readonly panel: string[] = [];
  readonly told = new Set<string>();

  constructor(provider: Provider, attempt: Journey) {
    this.#provider = provider;
    this.#attempt = attempt;
  }

  async entry(): Promise<Entry> {
    const entry = await entryOf(memory, this.#attempt.order.order);
    if (!entry) throw new Error('the bank has no such order');
    return entry;
  }

  async read(): Promise<Payment> {
    return (await this.#attempt.shop.call<Payment>('GET', `/payments/${this.#attempt.payment.id}`)).body;
  }

  /** How many operations the payment has. It is asked more often than anything else: of its ledger, not by way of the gateway. */
  async #count(): Promise<number> {
    const read = await ledgerOf(this.#attempt.payment.id).read();
    return read?.view.operations.length ?? 0;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'request':
        return this.#request(step);
      case 'panel':
        return this.#inPanel(step.amount);
      case 'conclude':
        return this.#conclude(step.which, step.result);
      case 'tell':
        return this.#tell(step.which);
      case 'refresh':
        return this.refresh();
      case 'wait':
        return this.wait(step.minutes);
      case 'restart':
        return restart(this.#attempt.payment.id);
    }
  }

  async #request({ kind, amount, fault, slow }: Extract<Step, { do: 'request' }>): Promise<void> {
    const { order, payment, shop } = this.#attempt;
    const before = await this.entry();
    const isAtOnce =
      AT_ONCE.has(`${this.#provider.id}/${kind}`) ||
      (fault !== 'none' && WAITS_ANSWERED.has(this.#provider.id));
    await setSlow(memory, order.order, slow && !isAtOnce);
    if (fault === 'cut-before' || fault === 'cut-after') cut(fault === 'cut-before' ? 'before' : 'after');
    else if (fault !== 'none') await trouble(this.#provider.id, fault);
    const key = unique();
    // A cancel takes no amount.
    const body = amount === null || kind === 'cancel' ? {} : { amount };
    const earlier = await this.#count();
    const { status } = await shop.call('POST', `/payments/${payment.id}/${kind}`, body, {
      'idempotency-key': key,
    });
    // What was not used must not trouble the next one.
    cut(null);
    await trouble(this.#provider.id, null);
    await setSlow(memory, order.order, false);
    const after = await this.entry();
    // A capture of a part lowers the amount first, which a bank may book by itself.
    const made = after.done.filter(
      (one) => !before.done.some(({ id }) => id === one.id) && (kind !== 'capture' || one.kind === kind),
    );
    if (made.length > 1) throw new Error(`${kind} was carried out ${made.length} times`);
    if ((await this.#count()) > earlier)
      this.requested.push({ key, body, kind, bankId: made[0]?.id ?? null, status });
    else if (made.length > 0) throw new Error('what was rejected reached the bank');
  }

  async #inPanel(amount: number): Promise<void> {
    const result = await perform(memory, await this.entry(), { kind: 'refund', amount });
    if (typeof result !== 'string') this.panel.push(result.done.id);
  }

  async #conclude(which: number, state: 'done' | 'rejected'): Promise<void> {
    const entry = await this.entry();
    const pending = entry.done.filter((one) => one.state === 'pending');
    const chosen = pending[which % Math.max(1, pending.length)];
    if (chosen) await concluded(memory, entry, chosen.id, state);
  }

  async concludeAll(state: 'done' | 'rejected'): Promise<void> {
    for (const { id, state: now } of (await this.entry()).done)
      if (now === 'pending') await concluded(memory, await this.entry(), id, state);
  }

  async #tell(which: number): Promise<void> {
    const { done } = await this.entry();
    const told = done.filter(({ state }) => state !== 'pending');
    const chosen = told[which % Math.max(1, told.length)];
    if (chosen) await this.tellOf(chosen);
  }

  async tellAll(): Promise<void> {
    for (const operation of (await this.entry()).done) await this.tellOf(operation);
  }

  async tellOf(operation: BankOperation): Promise<void> {
    const bank = bankOf(this.#provider.id);
    const message = bank.operationNotification?.(await this.entry(), operation, this.#attempt.merchant);
    if (!message) return;
    const answer = await deliver(message);
    if (answer.status >= 400) throw new Error(`${answer.status} ${await answer.text()}`);
    this.told.add(operation.id);
    // A hint is asked about.
    await runAlarms(this.#attempt.payment.id);
  }

  async refresh(): Promise<void> {
    await this.#attempt.shop.call('POST', `/payments/${this.#attempt.payment.id}/refresh`);
  }

  async wait(minutes: number): Promise<void> {
    vi.setSystemTime(Date.now() + minutes * 60_000);
    await runAlarms(this.#attempt.payment.id);
  }

  /** Each key is asked again: it has an answer, and reaches the bank no more. */
  async repeatAll(): Promise<void> {
    const before = (await this.entry()).done.length;
    for (const { kind, key, body } of this.requested)
      await this.#attempt.shop.call('POST', `/payments/${this.#attempt.payment.id}/${kind}`, body, {
        'idempotency-key': key,
      });
    if ((await this.entry()).done.length !== before) throw new Error('a repeated key reached the bank');
  }
}

/** Ends the object of a payment, if it is running: the next call makes it anew, from what it has stored. */
async function restart(id: string): Promise<void> {
  try {
    await evictDurableObject(objectOf(id));
  } catch (error) {
    if (!String(error).includes('not currently running')) throw error;
  }
}

/** Plays a script to its end. */
export async function play(
  provider: Provider,
  script: Script,
  { place, settings = {} }: { readonly place?: Place; readonly settings?: Record<string, unknown> } = {},
): Promise<Result> {
  const attempt = await journey(provider.id, {
    settings,
    ...(place && { place }),
    fields: { amount: ASKED, ...(script.manual && { capture: 'manual' }) },
  });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  const scene = new Play(provider, attempt);
  for (const step of script.steps) await scene.step(step);
  await scene.concludeAll(script.ending);
  if (script.told) await scene.tellAll();
  await scene.wait(20);
  await scene.refresh();
  await scene.wait(1500);
  await scene.refresh();
  await scene.repeatAll();
  const { requested, panel, told } = scene;
  return { payment: await scene.read(), entry: await scene.entry(), requested, panel, told };
}

/** What the bank has of an operation. */
function truthOf({ entry }: Result, { bankId }: Requested): 'succeeded' | 'failed' {
  return entry.done.find(({ id }) => id === bankId)?.state === 'done' ? 'succeeded' : 'failed';
}

/** What in the end is not as the bank has it, in words. */
export function differences(result: Result, mayWait: boolean): readonly string[] {
  const { payment, entry, requested, panel, told } = result;
  const found: string[] = [];
  let isOpen = false;
  for (const [index, one] of requested.entries()) {
    const operation = payment.operations[index];
    const truth = truthOf(result, one);
    const state = operation?.state;
    if (state === truth) continue;
    if (state === 'unknown' || state === 'accepted') {
      isOpen = true;
      if (state === 'unknown' && !operation?.lookUp)
        found.push(`operation ${index + 1} says not what to look up`);
      if (mayWait) continue;
    }
    found.push(`operation ${index + 1}, a ${one.kind}: ${state}, at the bank ${truth}`);
  }
  const isPanelKnown = panel.every((id) => told.has(id));
  if (isOpen || !isPanelKnown) return found;
  const { paid, refunded } = payment.amounts;
  if (paid !== entry.taken) found.push(`paid ${paid}, at the bank ${entry.taken}`);
  if (refunded !== entry.returned) found.push(`refunded ${refunded}, at the bank ${entry.returned}`);
  return found;
}
