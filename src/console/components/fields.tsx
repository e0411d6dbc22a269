/** Fields of forms: each with its label, hint and what is wrong with it beside it, keeping what was typed. */
import type { Child } from 'hono/jsx';
import type { FormState } from '../form-state.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';

interface FieldProps {
  readonly view: View;
  readonly state: FormState;
  /** As it is posted, and as the API's problems name it: `settings.site`. */
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  readonly required?: boolean;
}

/** The id of a field: the summary on top leads to it. */
export function fieldId(name: string): string {
  return `field-${name.replace(/[^A-Za-z0-9_-]/g, '-')}`;
}

function problemOf(state: FormState, name: string): string | null {
  const found = state.problems.filter(({ path }) => path === name || path.startsWith(`${name}.`));
  return found.length > 0 ? found.map(({ message }) => message).join('; ') : null;
}

function described(
  { name, hint }: Pick<FieldProps, 'name' | 'hint'>,
  problem: string | null,
): string | undefined {
  const parts = [hint === undefined ? null : `${fieldId(name)}-hint`, problem && `${fieldId(name)}-problem`];
  return parts.filter(Boolean).join(' ') || undefined;
}

function Around({
  props: { view, name, label, hint, required },
  problem,
  children,
}: {
  readonly props: FieldProps;
  readonly problem: string | null;
  readonly children: Child;
}) {
  return (
    <div class="field">
      <label for={fieldId(name)}>
        {label}
        {required === false && <span class="hint"> ({commonTexts[view.language].form.optional})</span>}
      </label>
      {hint !== undefined && (
        <span class="hint" id={`${fieldId(name)}-hint`}>
          {hint}
        </span>
      )}
      {children}
      {problem !== null && (
        <span class="problem" id={`${fieldId(name)}-problem`}>
          {problem}
        </span>
      )}
    </div>
  );
}

/** A line of text. A password is never filled in again. `required` false is said in words; left out, nothing is said. */
export function TextField(
  props: FieldProps & {
    readonly type?: 'text' | 'email' | 'password' | 'url' | 'search' | 'date' | 'datetime-local' | 'tel';
    readonly autocomplete?: string;
    readonly inputmode?: 'decimal' | 'numeric';
    readonly maxlength?: number;
    readonly focus?: boolean;
  },
) {
  const { state, name, type = 'text', required, autocomplete, inputmode, maxlength, focus } = props;
  const problem = problemOf(state, name);
  return (
    <Around props={props} problem={problem}>
      <input
        id={fieldId(name)}
        name={name}
        type={type}
        value={type === 'password' ? undefined : state.value(name)}
        required={required === true}
        autocomplete={autocomplete ?? 'off'}
        inputmode={inputmode}
        maxlength={maxlength}
        spellcheck={false}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={described(props, problem)}
        data-focus={focus ? '' : undefined}
      />
    </Around>
  );
}

/** A file to be chosen: read it with `posted.file(name)`. @param accept media types and endings, as HTML has them. */
export function FileField(props: FieldProps & { readonly accept: string }) {
  const { state, name, accept } = props;
  const problem = problemOf(state, name);
  return (
    <Around props={props} problem={problem}>
      <input
        id={fieldId(name)}
        name={name}
        type="file"
        accept={accept}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={described(props, problem)}
      />
    </Around>
  );
}

/** Several lines of text. */
export function TextArea(props: FieldProps & { readonly rows?: number }) {
  const { state, name, required, rows } = props;
  const problem = problemOf(state, name);
  return (
    <Around props={props} problem={problem}>
      <textarea
        id={fieldId(name)}
        name={name}
        rows={rows ?? 4}
        required={required === true}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={described(props, problem)}
      >
        {state.value(name)}
      </textarea>
    </Around>
  );
}

export interface FieldChoice {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

/** One of several, as a list. @param empty the text of no choice; left out: one has to be chosen. */
export function SelectField(
  props: FieldProps & { readonly choices: readonly FieldChoice[]; readonly empty?: string },
) {
  const { state, name, required, choices, empty } = props;
  const problem = problemOf(state, name);
  return (
    <Around props={props} problem={problem}>
      <select
        id={fieldId(name)}
        name={name}
        required={required === true}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={described(props, problem)}
      >
        {empty !== undefined && <option value="">{empty}</option>}
        {choices.map(({ value, text }) => (
          <option value={value} selected={state.value(name) === value}>
            {text}
          </option>
        ))}
      </select>
    </Around>
  );
}

/** One or several of a few, all visible. @param many several may be chosen: read them with `posted.all(name)`. */
export function ChoiceField(
  props: FieldProps & { readonly choices: readonly FieldChoice[]; readonly many?: boolean },
) {
  const { state, name, label, hint, choices, many } = props;
  const problem = problemOf(state, name);
  const chosen = state.all(name);
  return (
    <fieldset class="field" id={fieldId(name)} aria-describedby={described(props, problem)} tabindex={-1}>
      <legend>{label}</legend>
      {hint !== undefined && (
        <span class="hint" id={`${fieldId(name)}-hint`}>
          {hint}
        </span>
      )}
      {choices.map(({ value, text, hint: more }) => (
        <label class="choice">
          <input
            type={many ? 'checkbox' : 'radio'}
            name={name}
            value={value}
            checked={chosen.includes(value)}
          />
          <span>
            {text}
            {more !== undefined && <span class="hint"> {more}</span>}
          </span>
        </label>
      ))}
      {problem !== null && (
        <span class="problem" id={`${fieldId(name)}-problem`}>
          {problem}
        </span>
      )}
    </fieldset>
  );
}

/** One yes or no. Posted as "on", or not at all. */
export function CheckField(props: FieldProps) {
  const { state, name, label, hint } = props;
  const problem = problemOf(state, name);
  return (
    <div class="field">
      <label class="choice" for={fieldId(name)}>
        <input
          id={fieldId(name)}
          type="checkbox"
          name={name}
          checked={state.value(name) === 'on'}
          aria-describedby={described(props, problem)}
        />
        <span>{label}</span>
      </label>
      {hint !== undefined && (
        <span class="hint" id={`${fieldId(name)}-hint`}>
          {hint}
        </span>
      )}
      {problem !== null && (
        <span class="problem" id={`${fieldId(name)}-problem`}>
          {problem}
        </span>
      )}
    </div>
  );
}
