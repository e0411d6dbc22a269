/** What the console gives away and takes back unchanged: invitations, the step between password and code. Signed with CONSOLE_KEY, with an end. */
import { base64url, equalText, fromBase64url, fromUtf8, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';

/** What it is for: one kind is never taken for another. */
export type SignedPurpose = 'invitation' | 'step' | 'enrolment';

function signatureOf(key: Uint8Array, purpose: SignedPurpose, payload: string): string {
  return base64url(hmacOf('sha256', key, utf8(`console\0${purpose}\0${payload}`)));
}

/** @param until milliseconds since 1970. */
export function signedText(
  key: Uint8Array,
  purpose: SignedPurpose,
  content: Readonly<Record<string, string>>,
  until: number,
): string {
  const payload = base64url(utf8(JSON.stringify({ ...content, until })));
  return `${payload}.${signatureOf(key, purpose, payload)}`;
}

/** What was signed; null: it is not ours, of another kind, or over. */
export function readSignedText(
  key: Uint8Array,
  purpose: SignedPurpose,
  text: string,
  now: number,
): Readonly<Record<string, string>> | null {
  const [payload = '', signature = ''] = text.split('.');
  if (!equalText(signatureOf(key, purpose, payload), signature)) return null;
  const bytes = fromBase64url(payload);
  const content = JSON.parse((bytes && fromUtf8(bytes)) ?? '{}') as Record<string, string> & {
    until?: number;
  };
  return typeof content.until === 'number' && content.until > now ? content : null;
}
