/** Proving once more who one is, before a password or a second factor changes: a browser that was left open is not enough. */
import { TextField } from '../../components/fields.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, type FormState, type Posted } from '../../form-state.ts';
import { gateOf } from '../../password-sign-in.ts';
import { isPassword } from '../../passwords.ts';
import { takeCode } from '../../second-factor.ts';
import { meTexts } from '../../texts/me.ts';
import { signinTexts } from '../../texts/signin.ts';

/** Whose settings they are. */
export function ownUser(c: ConsoleContext): { readonly id: string; readonly email: string } {
  return c.get('view').user ?? { id: '', email: '' };
}

/** @throws FormProblem at the field `current`; tries are counted as at the sign-in. */
export async function requirePassword(c: ConsoleContext, posted: Posted): Promise<void> {
  const { language } = c.get('view');
  const { id, email } = ownUser(c);
  const gate = gateOf(c, 'email', email);
  const seconds = await gate.take('email');
  if (seconds > 0) throw new FormProblem([{ path: 'current', message: signinTexts[language].wait(seconds) }]);
  const { passwordHash } = await c.env.GATEWAY.credential(id);
  if (!isPassword(posted.raw('current'), passwordHash, c.get('ports').passwordCosts))
    throw new FormProblem([{ path: 'current', message: meTexts[language].signIn.wrong }]);
  await gate.right('email');
}

/** @throws FormProblem at the field `old`, where the user has a second factor and this is no code of it. */
export async function requireCode(c: ConsoleContext, posted: Posted): Promise<void> {
  const { id } = ownUser(c);
  const { hasTotp } = await c.env.GATEWAY.credential(id);
  if (!hasTotp) return;
  const t = signinTexts[c.get('view').language];
  const result = await takeCode(c, id, posted.text('old'));
  if (result.kind !== 'right')
    throw new FormProblem([
      { path: 'old', message: result.kind === 'wait' ? t.wait(result.seconds) : t.code.wrong },
    ]);
}

/** The field that `requirePassword` reads. */
export function CurrentPassword({ c, state }: { c: ConsoleContext; state: FormState }) {
  const view = c.get('view');
  return (
    <TextField
      view={view}
      state={state}
      name="current"
      label={meTexts[view.language].signIn.current}
      type="password"
      autocomplete="current-password"
      required
    />
  );
}

/** The field that `requireCode` reads; nothing, where the user has no second factor. */
export async function OldCode({ c, state }: { c: ConsoleContext; state: FormState }) {
  const view = c.get('view');
  const { hasTotp } = await c.env.GATEWAY.credential(ownUser(c).id);
  if (!hasTotp) return null;
  const t = meTexts[view.language].signIn;
  return (
    <TextField
      view={view}
      state={state}
      name="old"
      label={t.code}
      hint={t.codeHint}
      autocomplete="one-time-code"
      maxlength={20}
      required
    />
  );
}
