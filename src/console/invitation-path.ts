/** The address of an invitation: made by the console, and by `npm run create-user`. */
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { signedText } from './signed-text.ts';

const LASTS_MS = 3 * 86_400_000;

/** Says which password it was, without saying it: a new password voids steps and invitations that are out. */
export function passwordMark(passwordHash: string | null): string {
  return hex(digests.sha256(utf8(passwordHash ?? ''))).slice(0, 16);
}

/**
 * @param passwordHash the one that the link replaces; null: there is none yet.
 * @param now milliseconds since 1970.
 */
export function invitationPath(
  key: Uint8Array,
  user: string,
  passwordHash: string | null,
  now: number,
): string {
  const token = signedText(key, 'invitation', { user, mark: passwordMark(passwordHash) }, now + LASTS_MS);
  return `/console/invitation/${token}`;
}
