/** The second factor: making one, and looking at a code that somebody types. */
import { base64url, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';
import type { ConsoleContext } from './context.ts';
import { passwordMark } from './invitation-path.ts';
import { gateOf } from './password-sign-in.ts';
import { newRecoveryCodes, typedRecoveryCode } from './recovery-codes.ts';
import { browserOf } from './session.ts';
import type { PasswordSettings } from './settings.ts';
import { readSignedText, signedText } from './signed-text.ts';
import { base32, stepOfCode } from './totp.ts';

/** How long an enrolment, or the step between password and code, may take. */
const STEP_MS = 10 * 60_000;

/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;

// --- The step between password and code ---------------------------------------------------------------------

export interface SignInStep {
  readonly user: string;
  readonly next: string;
}

export function signInStep(
  { key }: PasswordSettings,
  { user, next }: SignInStep,
  passwordHash: string | null,
  now: number,
): string {
  return signedText(key, 'step', { user, next, mark: passwordMark(passwordHash) }, now + STEP_MS);
}

/** Whose password was right a moment ago in this browser; null: nobody's. */
export async function readSignInStep(
  c: ConsoleContext,
  { key }: PasswordSettings,
  text: string | undefined,
): Promise<(SignInStep & { readonly email: string }) | null> {
  const step = text ? readSignedText(key, 'step', text, c.get('ports').now()) : null;
  if (!step?.user) return null;
  const [user, credential] = await Promise.all([
    c.env.GATEWAY.user(step.user),
    c.env.GATEWAY.credential(step.user),
  ]);
  if (!user?.active || passwordMark(credential.passwordHash) !== step.mark) return null;
  return { user: user.id, email: user.email, next: step.next ?? '/console' };
}

// --- Codes --------------------------------------------------------------------------------------------------

export type CodeResult =
  | { readonly kind: 'right'; readonly recovery: boolean }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Looks at a code of the app, or a recovery code. It is counted first, and taken once. */
export async function takeCode(c: ConsoleContext, user: string, typed: string): Promise<CodeResult> {
  const gate = gateOf(c, 'code', user);
  const seconds = await gate.take('code');
  if (seconds > 0) return { kind: 'wait', seconds };
  const digits = typed.replace(/\s/g, '');
  const recovery = !/^\d{6}$/.test(digits);
  const isRight = recovery ? await takeRecovery(c, user, typed) : await takeDigits(c, user, digits);
  if (!isRight) {
    console.warn({ event: 'sign_in.wrong_code', user, address: browserOf(c).address });
    return { kind: 'wrong' };
  }
  await gate.right('code');
  return { kind: 'right', recovery };
}

async function takeDigits(c: ConsoleContext, user: string, digits: string): Promise<boolean> {
  const secret = await c.env.GATEWAY.totpSecret(user);
  const step = secret === null ? null : stepOfCode(secret, digits, c.get('ports').now());
  return step !== null && c.env.GATEWAY.takeTotpStep(user, step);
}

async function takeRecovery(c: ConsoleContext, user: string, typed: string): Promise<boolean> {
  const code = typedRecoveryCode(typed);
  return code !== null && c.env.GATEWAY.takeRecoveryCode(user, code);
}

// --- Enrolment ----------------------------------------------------------------------------------------------

/** A second factor that is being made: nothing is stored until a code of it was typed. */
export interface Enrolment {
  /** In a hidden field of the form. */
  readonly text: string;
  /** base32. */
  readonly secret: string;
}

/** The secret is made from the key, the user and a random text: the form carries the text, and no place keeps the secret. */
function secretOf(key: Uint8Array, user: string, nonce: string): string {
  return base32(hmacOf('sha1', key, utf8(`console\0totp\0${user}\0${nonce}`)).subarray(0, SECRET_BYTES));
}

export function newEnrolment(c: ConsoleContext, { key }: PasswordSettings, user: string): Enrolment {
  const { now, random } = c.get('ports');
  const bytes = new Uint8Array(16);
  random(bytes);
  const nonce = base64url(bytes);
  return {
    text: signedText(key, 'enrolment', { user, nonce }, now() + STEP_MS),
    secret: secretOf(key, user, nonce),
  };
}

/** The enrolment of a form; null: it is over, or another user's. */
export function readEnrolment(
  c: ConsoleContext,
  { key }: PasswordSettings,
  user: string,
  text: string,
): Enrolment | null {
  const content = readSignedText(key, 'enrolment', text, c.get('ports').now());
  return content?.user === user && content.nonce
    ? { text, secret: secretOf(key, user, content.nonce) }
    : null;
}

/**
 * Makes an enrolment the user's second factor, if the code is one of it. All sessions of the user end.
 * @returns the recovery codes, to be shown once; null: the code is not of this secret.
 */
export async function enrol(
  c: ConsoleContext,
  user: string,
  { secret }: Enrolment,
  code: string,
): Promise<readonly string[] | null> {
  const step = stepOfCode(secret, code.replace(/\s/g, ''), c.get('ports').now());
  if (step === null) return null;
  const recoveryCodes = newRecoveryCodes(c.get('ports').random);
  await c.env.GATEWAY.putCredential(user, { totpSecret: secret, recoveryCodes }, browserOf(c));
  await c.env.GATEWAY.takeTotpStep(user, step);
  return recoveryCodes;
}
