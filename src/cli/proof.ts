/** `countersign proof`: checks the file of GET /v1/admin/payments/:id/proof, with nothing but itself and an anchor that was kept. */
import * as v from 'valibot';
import { type CheckedProof, checkProof, type LogProof } from '../gateway/log-proof.ts';
import type { Anchor } from '../payments/anchors.ts';
import { EVENT_TYPES } from '../payments/types.ts';

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is a SHA-256 in hexadecimal'));
const wholeNumber = v.pipe(v.number(), v.integer());

const anchorFields = {
  number: wholeNumber,
  at: v.string(),
  size: wholeNumber,
  root: hash,
  previous: hash,
  publicKey: v.string(),
  signature: v.string(),
};

/** An anchor as it was listed; more members do no harm. */
const anchor = v.object(anchorFields);

/** Strict: what is not part of the proof must not look as if it were. */
const logProof = v.strictObject({
  version: v.literal(2),
  payment: v.string(),
  events: v.array(
    v.strictObject({
      seq: wholeNumber,
      at: v.string(),
      type: v.picklist(EVENT_TYPES),
      source: v.picklist(['shop', 'shopper', 'provider', 'operator', 'countersign']),
      detail: v.record(v.string(), v.unknown()),
      hash,
      salt: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
      detailHash: v.nullable(hash),
      erased: v.boolean(),
    }),
  ),
  anchor: v.nullable(
    v.strictObject({
      ...anchorFields,
      leaf: v.strictObject({ seq: wholeNumber, hash }),
      position: wholeNumber,
      path: v.array(hash),
    }),
  ),
});

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | string {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`;
}

/** The anchor of a file that holds one, or a list of them as the API gives it: then the one that the proof leads to. */
function keptAnchor(file: unknown, number: number | undefined): Anchor | string {
  const list = parsed(v.object({ data: v.array(anchor) }), file);
  if (typeof list === 'string') return parsed(anchor, file);
  if (number === undefined)
    return 'the proof leads to none, because the payment is in none yet: fetch it again after the next anchor';
  return (
    list.data.find((one) => one.number === number) ??
    `the proof leads to anchor ${number}, which the list lacks`
  );
}

/**
 * Checks a proof.
 * @param proofFile the parsed file.
 * @param anchorFile that of an anchor that was kept elsewhere; null: none is given.
 * @throws Error where a file is none of these: its text says which member is wrong.
 */
export async function checkProofFile(proofFile: unknown, anchorFile: unknown): Promise<CheckedProof> {
  const proof: LogProof | string = parsed(logProof, proofFile);
  if (typeof proof === 'string') throw new Error(`this is no proof of a log: ${proof}`);
  const kept = anchorFile === null ? null : keptAnchor(anchorFile, proof.anchor?.number);
  if (typeof kept === 'string') throw new Error(`no anchor to check against: ${kept}`);
  return checkProof(proof, kept);
}

/** What a person is told about a check. */
export function proofWords({
  valid,
  problem,
  payment,
  lines,
  erased,
  unproven,
  anchor: held,
}: CheckedProof): string[] {
  if (!valid) return [`not valid: ${problem}`];
  const whose = held?.kept
    ? 'the anchor that you have kept'
    : "the file's own anchor: it shows no more than that the file is consistent";
  return [
    `valid: all ${lines} lines fit, of the payment ${payment}`,
    ...(erased.length > 0 ? [`erased details: lines ${erased.join(', ')}`] : []),
    ...(unproven.length > 0
      ? [
          `of version 1 and erased: lines ${unproven.join(', ')}; up to line ${unproven.at(-1)} the chain holds since that erasure, and no anchor from before proves it`,
        ]
      : []),
    held
      ? `up to line ${held.upTo} it is in anchor ${held.number} of ${held.at} (${whose})`
      : 'it was checked against no anchor: who can write the database could have written all of it anew',
  ];
}
