/** A new password, typed twice: by an invited user, and in one's own settings. */
import { TextField } from '../components/fields.tsx';
import type { FormState, Posted } from '../form-state.ts';
import { passwordFault, SHORTEST_PASSWORD } from '../passwords.ts';
import type { Language } from '../texts/languages.ts';
import { signinTexts } from '../texts/signin.ts';
import type { View } from '../view.ts';

/** What is wrong with it: by field, in the viewer's language. */
export function newPasswordProblems(language: Language, posted: Posted, email: string) {
  const t = signinTexts[language].fault;
  const password = posted.raw('password');
  const fault = passwordFault(password, email);
  return [
    ...(fault ? [{ path: 'password', message: t[fault] }] : []),
    ...(password !== posted.raw('repeat') ? [{ path: 'repeat', message: t.differs }] : []),
  ];
}

/** The fields `password` and `repeat`. @param focus whether they come first on their page. */
export function NewPasswordFields({
  view,
  state,
  focus = false,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly focus?: boolean;
}) {
  const t = signinTexts[view.language].invitation;
  return (
    <>
      <TextField
        view={view}
        state={state}
        name="password"
        label={t.password}
        hint={t.hint(SHORTEST_PASSWORD)}
        type="password"
        autocomplete="new-password"
        required
        focus={focus}
      />
      <TextField
        view={view}
        state={state}
        name="repeat"
        label={t.repeat}
        type="password"
        autocomplete="new-password"
        required
      />
    </>
  );
}
