/** The replies to a notification, to the byte: `version=2` although the protocol is 3.0, and a line end behind each line. */
import type { Refusal } from '../../payments/errors.ts';
import type { Reply } from '../contract.ts';

/** @param isSealed whether the MAC was right. */
export function moneticoReply(isSealed: boolean, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'text/plain' },
    body: `version=2\ncdr=${isSealed ? '0' : '1'}\n`,
  };
}

/** What is refused although its MAC is right. */
const SEALED: ReadonlySet<Refusal['reason']> = new Set([
  'field_missing',
  'wrong_account',
  'wrong_environment',
  'wrong_attempt',
]);

/**
 * The reply to what is not believed, or is about no payment of ours (null). The protocol's word is about the MAC alone; the status is that
 * of an error, because nobody knows whether the bank looks at it.
 */
export function refusedMoneticoReply(refusal: Refusal | null): Reply {
  if (!refusal) return moneticoReply(true, 404);
  return moneticoReply(SEALED.has(refusal.reason), refusal.reason === 'malformed' ? 400 : 403);
}
