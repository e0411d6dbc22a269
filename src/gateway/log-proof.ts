/** The proof of a payment's log: a file that is checked with nothing but itself, or with an anchor that was kept elsewhere. */
import { checkLog } from '../ledger/chain.ts';
import { type Anchor, anchorLeafText, anchorText } from '../payments/anchors.ts';
import type { PaymentEvent } from '../payments/types.ts';
import { fromHex } from '../signing/bytes.ts';
import { verifyEd25519 } from '../signing/ed25519.ts';
import { isInTree, leafHash } from '../signing/merkle.ts';

/** The version of the file. */
export const PROOF_VERSION = 2;

/** An anchor, the line of the log that it has, and the way from there to its root. */
export interface AnchorProof extends Anchor {
  readonly leaf: { readonly seq: number; readonly hash: string };
  readonly position: number;
  /** Hexadecimal, from below. */
  readonly path: readonly string[];
}

export interface LogProof {
  readonly version: typeof PROOF_VERSION;
  readonly payment: string;
  readonly events: readonly PaymentEvent[];
  /** Null: the log is in no anchor yet, or not in the one that was asked for. */
  readonly anchor: AnchorProof | null;
}

/** What a check has shown. */
export interface CheckedProof {
  readonly valid: boolean;
  /** The first line that does not fit; null: all do, or the fault is in no line. */
  readonly line: number | null;
  readonly problem: string | null;
  /** Its id. */
  readonly payment: string;
  readonly lines: number;
  /** Lines whose detail was erased, as later lines say. */
  readonly erased: readonly number[];
  /** Those of them of chain version 1: up to them the chain holds since their erasure, and no anchor from before proves it. */
  readonly unproven: readonly number[];
  /** The anchor that holds the log up to a line; null: none was checked. */
  readonly anchor: {
    readonly number: number;
    readonly at: string;
    readonly upTo: number;
    readonly kept: boolean;
  } | null;
}

/**
 * Checks a proof offline.
 * @param kept an anchor that was kept elsewhere; null: the file's own is checked, which says no more than that the file is consistent.
 */
export async function checkProof(proof: LogProof, kept: Anchor | null): Promise<CheckedProof> {
  const { events, payment, anchor: own } = proof;
  const { broken, erased, taken } = checkLog(events);
  const result = (line: number | null, problem: string | null, anchor: CheckedProof['anchor'] = null) => ({
    valid: problem === null,
    line,
    problem,
    payment,
    lines: events.length,
    erased,
    unproven: taken,
    anchor,
  });
  if (broken) return result(broken.seq, `line ${broken.seq} ${broken.problem}`);
  const [first] = events;
  if (!first) return result(null, 'the file has no lines');
  const { payment: named = payment } = first.detail;
  if (named !== payment)
    return result(
      first.seq,
      `line ${first.seq} is of the payment ${String(named)}, and the file of ${payment}`,
    );
  if (!own && !kept) return result(null, null);
  if (!own || (kept && own.number !== kept.number))
    return result(
      null,
      `the file has no way to anchor ${kept?.number}: fetch it with ?anchor=${kept?.number}, if the payment is in that one`,
    );
  const anchor = kept ?? own;
  const { number, at, size } = anchor;
  if (!(await verifyEd25519(anchor, anchorText(anchor))))
    return result(null, `the signature of anchor ${number} is not of its key over its text`);
  const { seq, hash } = own.leaf;
  const path = own.path.map((step) => fromHex(step) ?? new Uint8Array());
  const root = fromHex(anchor.root) ?? new Uint8Array();
  if (!isInTree(leafHash(anchorLeafText({ payment, seq, hash })), own.position, size, path, root))
    return result(seq, `anchor ${number} has another line ${seq} of this payment, or none`);
  const line = events[seq - 1];
  if (line?.hash !== hash)
    return result(seq, `line ${seq} is not the one that anchor ${number} has: the log was rewritten, or cut`);
  return result(null, null, { number, at, upTo: seq, kept: kept !== null });
}
