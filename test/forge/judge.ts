/** Whether what a message has moved is what a genuine message moves. */

import { isAllowed } from '../../src/gateway/allowed-ips.ts';
import { isProof, standingOf } from '../../src/gateway/proof.ts';
import { type LedgerRecord, summaryOf } from '../../src/ledger/record.ts';
import { shownIn } from '../../src/ledger/views.ts';
import { sum, ZERO } from '../../src/payments/money.ts';
import type { AttemptState } from '../../src/payments/rules.ts';
import { type Delivery, Gateway, type Moved, type Sending } from './gateway.ts';
import type { Ledgers } from './ledgers.ts';
import type { Letter } from './letter.ts';
import { ROLES, type Role } from './pool.ts';
import { type Held, LISTED, type World } from './world.ts';

/** An address that is nobody's whom we know. */
export const FORGER = '198.51.100.66';

/** What an attempt holds, without the names of the movements. */
interface Holding {
  readonly progress: string;
  readonly authorized: number;
  readonly paid: number;
  readonly refunded: number;
  readonly released: number;
  readonly chargedBack: number;
  readonly reversed: boolean;
}

function holdingOf({ progress, authorized, reversed, totals = {}, ...movements }: AttemptState): Holding {
  const of = (kind: 'paid' | 'refunded' | 'chargedBack') => sum(Object.values(movements[kind]));
  return {
    progress,
    authorized,
    paid: Math.max(of('paid'), totals.paid ?? ZERO),
    // Beyond what is paid too: that it would not count is no reason to take it.
    refunded: Math.max(of('refunded'), totals.refunded ?? ZERO),
    released: totals.released ?? ZERO,
    chargedBack: of('chargedBack'),
    reversed,
  };
}

const NAMES_OF_MONEY = ['authorized', 'paid', 'refunded', 'released', 'chargedBack'] as const;

/** A holding in words. */
function inWords(holding: Holding): string {
  const money = NAMES_OF_MONEY.flatMap((name) => (holding[name] > 0 ? [`${name} ${holding[name]}`] : []));
  return [holding.progress, ...money, ...(holding.reversed ? ['reversed'] : [])].join(', ');
}

/** Something that no genuine message says. */
export interface Fault {
  readonly role: Role;
  readonly why: string;
  /** What the payment holds by it, in words. */
  readonly holds: string;
  readonly movesMoney: boolean;
  /** The same fault found again says the same. */
  readonly kind: string;
}

/** Whether all that moved a payment was what its bank has answered. */
function isAnswer({ by }: Moved): boolean {
  return by.length > 0 && by.every(({ channel }) => channel === 'status');
}

/** A fault of a genuine message. */
interface Misheard {
  readonly from: Held;
  readonly sending: Sending;
  readonly fault: Fault;
}

const ASKS_FOR_REAL = 'the payment asks for real money, and the account is for tests';

/** The judge of one world. */
export class Judge {
  readonly gateway: Gateway;
  /** What one genuine message makes of a payment, by role. */
  readonly #genuine: Record<Role, Set<string>> = { refused: new Set(), paid: new Set(), other: new Set() };
  readonly #fresh: Ledgers;
  /** Payments that a published message is about. */
  readonly #withPublished = new Set<Role>();
  /** The payments after all genuine messages, those of the bank and published ones. */
  #told: Readonly<Record<Role, LedgerRecord>>;
  #toldLedgers: Ledgers;
  /** What became of the genuine payment's messages. */
  readonly words: Record<Sending['channel'], string[]> = { notification: [], return: [] };

  constructor(world: World) {
    this.gateway = new Gateway(world);
    this.#fresh = this.gateway.ledgers(world.records);
    this.#told = world.records;
    this.#toldLedgers = this.gateway.ledgers(world.records);
  }

  get #world(): World {
    return this.gateway.world;
  }

  /** The address that a genuine message comes from. */
  get sender(): string {
    const { provider, situation } = this.#world;
    return situation.allowedIps.length > 0 ? LISTED : (provider.notificationAddresses?.[0] ?? FORGER);
  }

  /** Hears genuine messages: what they make of payments is no fault of recuts. @returns a fault of theirs. */
  async hear(held: readonly Held[]): Promise<Misheard | null> {
    const said = held.filter(({ kind }) => kind === 'genuine');
    for (const from of said) {
      const misheard = await this.#hearOne(from);
      if (misheard) return misheard;
    }
    for (const role of ROLES) {
      const [from] = said;
      const { attempts } = this.#told[role];
      const attempt = attempts.at(-1);
      if (!from || !attempt || this.#told[role] === this.#world.records[role]) continue;
      if (this.#beyondBank(role, holdingOf(attempt.state)) === null) continue;
      const why = 'all genuine messages together say more than the bank has done';
      const before = this.#world.records[role];
      return this.#misheard(from, { role, before, record: this.#told[role], attempt, by: [] }, why);
    }
    for (const from of held.filter(({ kind }) => kind === 'published')) {
      const misheard = await this.#hearOne(from);
      if (misheard) return misheard;
      this.#withPublished.add(from.role);
    }
    this.gateway.repeatsQueries = false;
    return null;
  }

  /** Hears one message, alone and after those before it. */
  async #hearOne(from: Held): Promise<Misheard | null> {
    const { kind, channel, letter, role: about } = from;
    const sending = { channel, ip: this.sender, about };
    const isFirst = this.#told[about] === this.#world.records[about];
    const heard = await this.gateway.deliver(letter, sending, this.#toldLedgers);
    const [role] = heard.unheard;
    if (role !== undefined) return { from, sending, fault: unheardFault(role) };
    const alone = isFirst ? heard : await this.gateway.deliver(letter, sending, this.#fresh);
    const { moved, word } = alone;
    if (kind === 'genuine') this.words[channel].push(word);
    for (const one of moved) {
      const holding = holdingOf(one.attempt.state);
      if (this.#world.situation.asksForReal) return this.#misheard(from, one, ASKS_FOR_REAL);
      this.#genuine[one.role].add(inWords(holding));
      const beyond = kind === 'genuine' ? this.#beyondBank(one.role, holding) : null;
      const why = beyond ?? this.#wronglySigned(one, sending);
      if (why !== null) return this.#misheard(from, one, why);
    }
    if (alone.hasQueried) await this.#hearAlone(letter, sending);
    for (const { role, record } of heard.moved) this.#told = { ...this.#told, [role]: record };
    this.#toldLedgers = this.gateway.ledgers(this.#told);
    return null;
  }

  /** What a genuine message says by itself: it may count, and be a reason to ask for more as well. */
  async #hearAlone(letter: Letter, sending: Sending): Promise<void> {
    this.gateway.repeatsQueries = false;
    const { moved } = await this.gateway.deliver(letter, sending, this.#fresh);
    this.gateway.repeatsQueries = true;
    for (const { role, attempt } of moved) this.#genuine[role].add(inWords(holdingOf(attempt.state)));
  }

  #misheard(from: Held, one: Moved, why: string): Misheard {
    const sending = { channel: from.channel, ip: this.sender, about: from.role };
    const fault = faultOf(one, holdingOf(one.attempt.state), why, this.#world.records[one.role]);
    return { from, sending, fault };
  }

  /**
   * Sends a message, first to payments that have heard nothing, then to those that have heard everything genuine.
   * @param whole it carries what is held, as it is.
   */
  async judge(
    from: Held,
    letter: Letter,
    sending: Sending,
    whole: boolean,
  ): Promise<{ readonly word: string; readonly fault: Fault | null }> {
    const first = await this.gateway.deliver(letter, sending, this.#fresh);
    const [unheard] = first.unheard;
    if (unheard !== undefined) return { word: first.word, fault: unheardFault(unheard) };
    const fault = this.#faultIn(first, from, sending, whole, (one, holding) => {
      if (isAnswer(one)) return this.#beyondBank(one.role, holding);
      const isKnown = this.#genuine[one.role].has(inWords(holding));
      return isKnown ? null : 'no genuine message says it';
    });
    if (fault || first.moved.length === 0) return { word: first.word, fault };
    this.gateway.repeatsQueries = true;
    const again = await this.gateway.deliver(letter, sending, this.#toldLedgers);
    this.gateway.repeatsQueries = false;
    const twice = this.#faultIn(again, from, sending, whole, (one, holding) => {
      // The bank knows nothing of what only a published message says.
      if (isAnswer(one))
        return this.#withPublished.has(one.role) ? null : this.#beyondBank(one.role, holding);
      const known = this.#told[one.role].attempts.at(-1)?.state;
      const isKnown =
        known && inWords({ ...holdingOf(known), progress: holding.progress }) === inWords(holding);
      return isKnown ? null : 'it counts beside all that genuine messages have said';
    });
    return { word: first.word, fault: twice };
  }

  /** What a payment holds that its bank knows nothing of, where it does. */
  #beyondBank(role: Role, { paid, authorized, refunded, chargedBack, reversed }: Holding): string | null {
    const { taken = 0, held = 0, returned = 0, cancelled = false } = this.#world.entries[role] ?? {};
    const isReversed = reversed && !cancelled && held + taken > 0;
    const isBeyond =
      paid > taken || authorized > Math.max(held, taken) || refunded > returned || chargedBack > 0;
    return isBeyond || isReversed ? 'it is more than the bank has done' : null;
  }

  #faultIn(
    { moved, hasSpent }: Delivery,
    from: Held,
    sending: Sending,
    whole: boolean,
    differs: (one: Moved, holding: Holding) => string | null,
  ): Fault | null {
    for (const one of moved) {
      const holding = holdingOf(one.attempt.state);
      const why = this.#forbidden(one, from, sending, whole) ?? (hasSpent ? null : differs(one, holding));
      if (why === null || this.#isExcused(one, from, sending, whole)) continue;
      return faultOf(one, holding, why, this.#world.records[one.role]);
    }
    return null;
  }

  /** Whether the signature of a message proves what decides, or the address that it came from does. */
  #proves({ channel, ip }: Sending): boolean {
    const { opened } = this.gateway;
    const proof = opened.provider.proof(opened.variants[0].account.settings, channel);
    return isProof(proof) || this.#countsByAddress(channel, ip);
  }

  /** Why a payment is wrongly shown as signed, by what moved it; null: it is shown as it should be. */
  #wronglySigned({ by, before, record }: Moved, sending: Sending): string | null {
    const isCalledProof = by.some(({ channel, proven }) => channel !== 'status' && proven);
    if (isCalledProof && !this.#proves(sending)) return 'it counts as proof, and its signature proves less';
    const isUnproven = by.length > 0 && by.every(({ proven }) => !proven);
    if (!isUnproven || shownIn(record).signed === false) return null;
    // Money that it has moved is marked, whatever words are shown beside it.
    const moneyIn = (one: LedgerRecord) => JSON.stringify(summaryOf(one).amounts);
    if (moneyIn(record) !== moneyIn(before)) return 'it proves nothing, and its money is not marked so';
    // Where its words are not those that are shown, the mark is not about them.
    const isShown = JSON.stringify(shownIn(record)) !== JSON.stringify(shownIn(before));
    return isShown ? 'it proves nothing, and what is shown of it is not marked so' : null;
  }

  /** What nothing may do, whatever it says. */
  #forbidden(one: Moved, from: Held, sending: Sending, whole: boolean): string | null {
    const { by, attempt } = one;
    const { ip } = sending;
    const { situation, account } = this.#world;
    if (attempt.account !== account.id) return 'the attempt went to another account';
    const isByMessage = by.some(({ channel, proofMissing }) => channel !== 'status' && !proofMissing);
    if (isByMessage && !isAllowed(this.#senders(), ip))
      return 'its sender is not at an address that the account allows';
    if (situation.asksForReal) return ASKS_FOR_REAL;
    const wronglySigned = this.#wronglySigned(one, sending);
    if (wronglySigned !== null) return wronglySigned;
    return from.kind === 'foreign' && whole && isByMessage
      ? 'it says that it is of the other environment'
      : null;
  }

  /** The addresses from which a message may count by itself; none: all. */
  #senders(): readonly string[] {
    const { provider, situation, account } = this.#world;
    if (situation.allowedIps.length > 0) return situation.allowedIps;
    const { keyOf } = provider.proof(account.settings as never, 'notification');
    const isEverybodys = keyOf === 'platform' && situation.environment === 'production' && !situation.trusts;
    return isEverybodys ? (provider.notificationAddresses ?? []) : [];
  }

  /** What is no fault although no genuine message says it: it is marked, or the operator's or the sheet's choice. */
  #isExcused(one: Moved, from: Held, sending: Sending, whole: boolean): boolean {
    const { attempt, by } = one;
    const { channel, ip } = sending;
    const { situation, account } = this.#world;
    if (attempt.account !== account.id || this.#wronglySigned(one, sending) !== null) return false;
    if (by.every(({ proofMissing }) => proofMissing)) return attempt.pendingReason === 'proof_missing';
    const isForeign = from.kind === 'foreign' && whole;
    if (situation.asksForReal || isForeign) return false;
    // What the bank has answered beside it is judged by itself.
    const said = by.filter(({ channel: way }) => way !== 'status');
    const isUnproven = said.length > 0 && said.every(({ proven }) => proven === false);
    if (isUnproven && situation.environment !== 'production') return true;
    if (isUnproven && situation.trusts && channel === 'notification') return true;
    // The sheet accepts what the platform signs for others where it comes from the platform itself.
    const isFromPlatform = this.#world.provider.notificationAddresses?.includes(ip) || ip === LISTED;
    return from.kind === 'stranger' && whole && isFromPlatform === true && this.#countsByAddress(channel, ip);
  }

  #countsByAddress(channel: Sending['channel'], ip: string): boolean {
    const { opened } = this.gateway;
    return (
      opened.provider.notificationAddresses !== undefined &&
      channel === 'notification' &&
      opened.provider.proof(opened.variants[0].account.settings, channel).keyOf === 'platform' &&
      standingOf(opened, channel, ip).kind === 'counts'
    );
  }
}

/** A question that has no answer lets a payment expire that somebody has to look at. */
function unheardFault(role: Role): Fault {
  const why = 'it leads to a query that nobody can be asked';
  return { role, why, holds: 'waiting for the answer', movesMoney: false, kind: [why, role].join(' ') };
}

function faultOf({ role, attempt }: Moved, holding: Holding, why: string, before: LedgerRecord): Fault {
  const initial = before.attempts.at(-1)?.state;
  const known = initial ? holdingOf(initial) : null;
  const named = NAMES_OF_MONEY.filter((name) => holding[name] !== known?.[name]);
  return {
    role,
    why,
    holds: inWords(holding),
    movesMoney: named.length > 0 || holding.reversed || attempt.state.progress === 'voided',
    kind: [why, role, holding.progress, ...named].join(' '),
  };
}
