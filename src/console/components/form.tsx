/** A form with its tokens and its summary of what is wrong, and the page that asks once more before something is done for good. */
import type { Child } from 'hono/jsx';
import type { FormState } from '../form-state.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';
import { fieldId } from './fields.tsx';

/** The names of the hidden fields. */
export const CSRF_FIELD = 'csrf';
export const OPERATION_FIELD = 'operation';

export interface FormProps {
  readonly view: View;
  readonly state: FormState;
  /** Where it is posted; the same address shows the form by GET, so that whoever has to sign in again comes back to it. */
  readonly action: string;
  /** The button: names what happens ("Refund 5.00 EUR"). */
  readonly submit: string;
  readonly danger?: boolean;
  /** Where nothing is changed. */
  readonly cancel?: string;
  /** For a form with a file. */
  readonly multipart?: boolean;
  readonly children?: Child;
}

/** What is wrong with a form, with links to its fields. A screen reader hears it first. */
function ErrorSummary({ view, state }: Pick<FormProps, 'view' | 'state'>) {
  if (state.problems.length === 0 && state.trouble === null) return null;
  const t = commonTexts[view.language];
  return (
    <div class="notice bad" role="alert" tabindex={-1} data-focus>
      <h2>{state.problems.length > 0 ? t.form.summary(state.problems.length) : t.trouble.title}</h2>
      {state.trouble !== null && <p>{state.trouble}</p>}
      {state.problems.length > 0 && (
        <ul>
          {state.problems.map(({ path, message }) => (
            <li>{path === '' ? message : <a href={`#${fieldId(path)}`}>{message}</a>}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The hidden fields of every form that is posted. For a button in a table: `<form method="post"><HiddenFields …/><button>`. */
export function HiddenFields({ view, operation }: { readonly view: View; readonly operation: string }) {
  return (
    <>
      <input type="hidden" name={CSRF_FIELD} value={view.csrf} />
      <input type="hidden" name={OPERATION_FIELD} value={operation} />
    </>
  );
}

export function Form({ view, state, action, submit, danger, cancel, multipart, children }: FormProps) {
  return (
    <form
      class="form"
      method="post"
      action={action}
      enctype={multipart ? 'multipart/form-data' : undefined}
      novalidate
    >
      <ErrorSummary view={view} state={state} />
      <HiddenFields view={view} operation={state.operation} />
      {children}
      <div class="actions">
        <button type="submit" class={danger ? 'button danger' : 'button main'}>
          {submit}
        </button>
        {cancel !== undefined && (
          <a class="button" href={cancel}>
            {commonTexts[view.language].form.cancel}
          </a>
        )}
      </div>
    </form>
  );
}

/** A form that only asks: its fields stand in the address that it leads to, and nothing is done. */
export function AskForm({
  view,
  state,
  action,
  submit,
  clear,
  children,
}: Pick<FormProps, 'view' | 'state' | 'action' | 'submit' | 'children'> & {
  /** A link that leads out of it. */
  readonly clear?: { readonly href: string; readonly text: string };
}) {
  return (
    <form class="form ask" action={action} novalidate>
      <ErrorSummary view={view} state={state} />
      {children}
      <div class="actions">
        <button type="submit" class="button main">
          {submit}
        </button>
        {clear !== undefined && (
          <a class="button" href={clear.href}>
            {clear.text}
          </a>
        )}
      </div>
    </form>
  );
}

export interface ConfirmationProps extends FormProps {
  /** What it is about. */
  readonly facts: Child;
  /** What cannot be undone, in a sentence. */
  readonly warning?: string;
}

/** What a confirmation repeats, and its button: to be put into a page of its own. */
export function Confirmation({ facts, warning, ...form }: ConfirmationProps) {
  return (
    <div class="card">
      {facts}
      {warning !== undefined && <p class="bad-text">{warning}</p>}
      <Form {...form} />
    </div>
  );
}
