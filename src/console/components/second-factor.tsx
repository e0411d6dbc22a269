/** The parts of a second factor that both the sign-in and one's own settings show. */
import type { Child } from 'hono/jsx';
import type { FormState } from '../form-state.ts';
import type { Enrolment } from '../second-factor.ts';
import { signinTexts } from '../texts/signin.ts';
import { totpAddress } from '../totp.ts';
import type { View } from '../view.ts';
import { TextField } from './fields.tsx';
import { Form } from './form.tsx';
import { QrCode } from './qr.tsx';
import { Copyable } from './show.tsx';

/** The field of the form that carries what is being made. */
export const ENROLMENT_FIELD = 'enrolment';

/** Where the QR code says that the code is from. */
const ISSUER = 'countersign';

/** The secret as QR code and text, and the field for its first code. */
export function EnrolmentForm({
  view,
  state,
  enrolment,
  email,
  action,
  children,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly enrolment: Enrolment;
  readonly email: string;
  readonly action: string;
  /** Further fields, after the code. */
  readonly children?: Child;
}) {
  const t = signinTexts[view.language].enrol;
  return (
    <>
      <p>{t.scan}</p>
      <QrCode text={totpAddress(enrolment.secret, email, ISSUER)} label={t.image} />
      <p>{t.type}</p>
      <Copyable view={view} text={enrolment.secret} label={t.secret} />
      <Form view={view} state={state} action={action} submit={t.submit}>
        <input type="hidden" name={ENROLMENT_FIELD} value={enrolment.text} />
        <TextField
          view={view}
          state={state}
          name="code"
          label={t.label}
          autocomplete="one-time-code"
          inputmode="numeric"
          required
          focus
        />
        {children}
      </Form>
    </>
  );
}

/** Recovery codes, shown once. @param next where the page goes on. */
export function RecoveryCodes({
  view,
  codes,
  next,
}: {
  readonly view: View;
  readonly codes: readonly string[];
  readonly next: string;
}) {
  const t = signinTexts[view.language].codes;
  return (
    <div class="card">
      <p>{t.text}</p>
      <ol>
        {codes.map((code) => (
          <li class="id">{code}</li>
        ))}
      </ol>
      <a class="button main" href={next}>
        {t.done}
      </a>
    </div>
  );
}
