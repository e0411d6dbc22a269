/** The replies to a notification, to the byte: `version=2` although the protocol is 3.0, and a line end behind each line. */
import type { Refusal } from '../../payments/errors.ts';
import type { Reply } from '../contract.ts';
import { okText } from '../kit/replies.ts';

/** @param isSealed whether the MAC was right: the protocol's one word for a message, whatever comes of it. */
export function moneticoReply(isSealed: boolean): Reply {
  return okText(`version=2\ncdr=${isSealed ? '0' : '1'}\n`);
}

/** What is refused although its MAC is right. */
const SEALED: ReadonlySet<Refusal['reason']> = new Set([
  'field_missing',
  'wrong_account',
  'wrong_environment',
  'wrong_attempt',
]);

/**
 * The reply to what is not believed, or is about no payment of ours (null). The status is 200 all the same: the protocol has no other
 * one, and says by `cdr` whether the MAC was right.
 */
export function refusedMoneticoReply(refusal: Refusal | null): Reply {
  return moneticoReply(refusal === null || SEALED.has(refusal.reason));
}
