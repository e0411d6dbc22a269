/**
 * The log is a chain: each event holds a hash over the one before it and itself, so that an exported log can be
 * checked offline, with nothing but SHA-256 (docs/proof.md).
 *
 * Two versions of lines. In version 2 the detail is hashed by itself, with a random salt that stands beside the line: when the detail
 * and the salt are erased, their hash stays, the chain still holds, and nobody can find the detail by guessing. Lines of version 1
 * hash the detail as it is; a log may begin with them, and goes on with version 2. The hash of an erased line of version 1 cannot
 * be computed any more, and it was what held the lines before it. The line that tells of the erasure has a link in its place (`erasedLink`).
 */
import type { PaymentEvent } from '../payments/types.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';

/** What the first event is linked to. */
export const GENESIS = '0'.repeat(64);

/**
 * The event that says which lines' details were erased: `detail.lines` has their numbers, `detail.links` for those of version 1 what
 * ties them to the lines before them.
 */
export const ERASED = 'data.erased';

/** How many bytes of a salt are random; it is written in hexadecimal. */
export const SALT_BYTES = 16;

const sha256 = (text: string) => hex(digests.sha256(utf8(text)));

/** SHA-256, in hexadecimal, of the salt, a line feed, and the detail's JSON. */
export function detailHash(salt: string, detail: PaymentEvent['detail']): string {
  return sha256(`${salt}\n${JSON.stringify(detail)}`);
}

/**
 * The hash of a line of version 2: SHA-256, in hexadecimal, of the hash before it, a line feed, and the JSON array
 * ["v2", seq, at, type, source, hash of the detail].
 */
export function eventHash(
  before: string,
  { seq, at, type, source }: Pick<PaymentEvent, 'seq' | 'at' | 'type' | 'source'>,
  hashOfDetail: string,
): string {
  return sha256(`${before}\n${JSON.stringify(['v2', seq, at, type, source, hashOfDetail])}`);
}

/** The same of version 1: over the JSON array [seq, at, type, source, detail]. */
export function eventHashV1(
  before: string,
  { seq, at, type, source, detail }: Pick<PaymentEvent, 'seq' | 'at' | 'type' | 'source' | 'detail'>,
): string {
  return sha256(`${before}\n${JSON.stringify([seq, at, type, source, detail])}`);
}

/**
 * What ties an erased line of version 1 to the line before it, and to its own time, type and source, from its erasure on: the formula of
 * version 2 with the hash of the line in place of that of its detail.
 */
export function erasedLink(
  before: string,
  line: Pick<PaymentEvent, 'seq' | 'at' | 'type' | 'source' | 'hash'>,
): string {
  return eventHash(before, line, line.hash);
}

/** A line that does not hold, and why. */
export interface BrokenLine {
  readonly seq: number;
  readonly problem: string;
}

/** What checking a log has shown. */
export interface CheckedLog {
  /** The first line that does not fit; null: all do. */
  readonly broken: BrokenLine | null;
  /** Lines whose detail was erased. */
  readonly erased: readonly number[];
  /** Those of them of version 1: the lines up to them are tied to the chain since their erasure, and not by what was signed before. */
  readonly taken: readonly number[];
}

/** Which version a line is of; null: it has a part that was erased, or lacks one that was not. */
function versionOf({ salt, detailHash: known, erased, detail }: PaymentEvent): 1 | 2 | null {
  if (erased ? salt !== null || Object.keys(detail).length > 0 : known !== null) return null;
  return salt === null && known === null ? 1 : 2;
}

/** The hash that a line should have; null: it cannot be computed. */
function hashOf(before: string, event: PaymentEvent): string | null {
  if (event.detailHash !== null) return eventHash(before, event, event.detailHash);
  if (event.salt !== null) return eventHash(before, event, detailHash(event.salt, event.detail));
  return event.erased ? null : eventHashV1(before, event);
}

/** What a log says of an erased line. */
interface SaidErased {
  /** The newest line that says it. */
  readonly by: number;
  /** Every link that was recorded for it: a later line must not put another one in the place of the first. */
  readonly links: readonly unknown[];
}

/** Lines that lines of a log say were erased, by their numbers. */
function saidErased(events: readonly PaymentEvent[]): ReadonlyMap<number, SaidErased> {
  const said = new Map<number, SaidErased>();
  for (const { seq, type, detail } of events) {
    const lines: unknown = type === ERASED ? detail.lines : null;
    if (!Array.isArray(lines)) continue;
    const links = Object.entries(detail.links ?? {});
    for (const line of lines.map(Number)) {
      const given = links.filter(([number]) => Number(number) === line).map(([, link]) => link as unknown);
      said.set(line, { by: seq, links: [...(said.get(line)?.links ?? []), ...given] });
    }
  }
  return said;
}

/** Checks a whole log, from its first line on. */
export function checkLog(events: readonly PaymentEvent[]): CheckedLog {
  const erased: number[] = [];
  const taken: number[] = [];
  const said = saidErased(events);
  let before = GENESIS;
  let newest = 1;
  const result = (broken: BrokenLine | null): CheckedLog => ({ broken, erased, taken });
  const fails = (seq: number, problem: string) => result({ seq, problem });
  for (const [index, event] of events.entries()) {
    const { seq } = event;
    if (seq !== index + 1)
      return fails(seq, `line ${index + 1} is missing: number ${seq} stands in its place`);
    const version = versionOf(event);
    if (version === null)
      return fails(seq, 'is said to be erased and has a detail or a salt, or the other way round');
    if (version < newest) return fails(seq, 'is written as of version 1, after lines of version 2');
    newest = version;
    if (event.erased) {
      if ((said.get(seq)?.by ?? 0) <= seq)
        return fails(seq, 'has no detail, and no later line says that it was erased');
      erased.push(seq);
    }
    const hash = hashOf(before, event);
    if (hash === null) {
      const { links = [] } = said.get(seq) ?? {};
      const link = erasedLink(before, event);
      if (links.length === 0 || links.some((one) => one !== link))
        return fails(seq, 'or a line before it is not as it was when its detail was erased');
      taken.push(seq);
    } else if (hash !== event.hash) return fails(seq, 'does not have the hash that its text gives');
    before = event.hash;
  }
  return result(null);
}

/** The `seq` of the first event that does not fit the one before it, or null when the whole log holds. */
export function firstBrokenLink(events: readonly PaymentEvent[]): number | null {
  return checkLog(events).broken?.seq ?? null;
}
