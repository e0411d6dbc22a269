/** The parts of forms that both pages of the books have. They are sent by GET: the address says what a page shows. */
import type { Child } from 'hono/jsx';
import { type FieldChoice, SelectField, TextField } from '../components/fields.tsx';
import { Notice } from '../components/show.tsx';
import type { FormState } from '../form-state.ts';
import { booksTexts } from '../texts/books.ts';
import type { View } from '../view.ts';

interface Parts {
  readonly view: View;
  readonly state: FormState;
}

/** Choices of values, each with its text. */
export function choicesOf<Value extends string>(
  values: readonly Value[],
  textOf: (value: Value) => string,
): FieldChoice[] {
  return values.map((value) => ({ value, text: textOf(value) }));
}

const DATES = ['movement', 'created', 'paid'] as const;

/** Shops that may be chosen, with their groups. */
export interface BookShop {
  readonly id: string;
  readonly name: string;
  readonly group: string | null;
}

/** Of which shops, which money, and by which date in which zone. */
export function WhoseFields({ view, state, shops }: Parts & { readonly shops: readonly BookShop[] }) {
  const t = booksTexts[view.language];
  const groups = [...new Set(shops.flatMap(({ group }) => (group === null ? [] : [group])))].sort();
  return (
    <>
      <SelectField
        view={view}
        state={state}
        name="dateBy"
        label={t.dateBy}
        choices={choicesOf(DATES, (date) => t.dateNames[date])}
      />
      <TextField view={view} state={state} name="timeZone" label={t.zone} maxlength={64} />
      <SelectField
        view={view}
        state={state}
        name="shop"
        label={t.shop}
        empty={t.allShops}
        choices={shops.map(({ id, name }) => ({ value: id, text: name === id ? id : `${name} (${id})` }))}
      />
      {groups.length > 0 && (
        <SelectField
          view={view}
          state={state}
          name="group"
          label={t.group}
          empty={t.allGroups}
          choices={groups.map((group) => ({ value: group, text: group }))}
        />
      )}
      <SelectField
        view={view}
        state={state}
        name="test"
        label={t.test}
        empty={t.testNames.both}
        choices={[
          { value: 'false', text: t.testNames.real },
          { value: 'true', text: t.testNames.test },
        ]}
      />
    </>
  );
}

/** A form, what is wrong with it, and its button. */
export function BooksForm({
  view,
  state,
  action,
  submit,
  children,
}: Parts & { readonly action: string; readonly submit: string; readonly children: Child }) {
  const t = booksTexts[view.language];
  return (
    <form class="card books-form" action={action}>
      {state.problems.length > 0 && (
        <Notice tone="bad" title={t.problems}>
          <ul>
            {state.problems.map(({ path, message }) => (
              <li>
                <a href={`#field-${path}`}>
                  {path}: {message}
                </a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div class="books-fields">{children}</div>
      <div class="actions">
        <button type="submit" class="button main">
          {submit}
        </button>
      </div>
    </form>
  );
}
