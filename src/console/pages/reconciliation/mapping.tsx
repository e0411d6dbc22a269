/** The columns of a file that nobody knows: its first lines, and which column is which. */
import {
  DATE_ORDERS,
  DECIMAL_SIGNS,
  FILE_CHARSETS,
  FILE_COLUMNS,
  FILE_PRESETS,
  GENERIC_PRESET,
  MAPPED_KINDS,
} from '../../../payments/reconciled.ts';
import { CheckField, type FieldChoice, SelectField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { type FormState, freshForm } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import type { View } from '../../view.ts';
import { idIn, pathOf, type ReadReconciliation, reconciliationPath } from './read.ts';

/** As the API names them. */
const SEPARATORS = [';', ',', 'tab', '|'] as const;

const TAB = 'tab';

/** The words of the file's kinds with what they become: of the whole file, where it was read, else of its first lines. */
function wordsIn({ kinds, preview }: ReadReconciliation): readonly (readonly [word: string, kind: string])[] {
  if (kinds.length > 0) return kinds.map(({ word, kind }) => [word, kind]);
  return Object.entries(preview?.kinds ?? {});
}

/** What the form shows first: what is known already, else what the file looks like. */
function initial(read: ReadReconciliation): FormState {
  const { mapping, preview } = read;
  const isKnown = mapping === null && typeof preview?.preset === 'string';
  const known: Partial<NonNullable<ReadReconciliation['mapping']>> = mapping ?? preview?.guess ?? {};
  const separator = mapping?.separator ?? '';
  return freshForm({
    ...Object.fromEntries(
      Object.entries(known.columns ?? {}).map(([column, name]) => [`columns.${column}`, name]),
    ),
    // What is only guessed is not said: the whole file decides it.
    decimal: mapping?.decimal ?? '',
    dates: mapping?.dates ?? '',
    // A known file says its currency, mostly.
    currency: read.currency ?? (isKnown ? '' : (known.currency ?? '')),
    preset: isKnown ? preview.preset : GENERIC_PRESET,
    charset: mapping?.charset ?? '',
    separator: separator === '\t' ? TAB : separator,
    timeZone: read.timeZone,
    ...Object.fromEntries(
      wordsIn(read).flatMap(([word], index) => [
        [`words.${index}`, word],
        [`kinds.${index}`, mapping?.kinds?.[word] ?? ''],
      ]),
    ),
    keep: true,
  });
}

/** The columns of the file: by name where it is the only one, else by number. */
function columnChoices({ preview }: ReadReconciliation): readonly FieldChoice[] {
  const header = preview?.header ?? [];
  return header.map((raw, index) => {
    const name = raw.trim();
    const isOnly =
      name !== '' && header.filter((one) => one.trim().toLowerCase() === name.toLowerCase()).length === 1;
    return {
      value: isOnly ? name : String(index + 1),
      text: name === '' ? String(index + 1) : `${index + 1}: ${name}`,
    };
  });
}

function Preview({ view, read }: { readonly view: View; readonly read: ReadReconciliation }) {
  const t = reconciliationTexts[view.language];
  const { preview } = read;
  if (!preview || preview.header.length === 0) return null;
  return (
    <section class="scrolling" tabindex={0} aria-label={t.preview}>
      <table class="table">
        <caption class="visually-hidden">{t.preview}</caption>
        <thead>
          <tr>
            {preview.header.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface MappingParts {
  readonly view: View;
  readonly read: ReadReconciliation;
  readonly state: FormState;
}

function MappingFields({ view, read, state }: MappingParts) {
  const t = reconciliationTexts[view.language];
  const choices = columnChoices(read);
  return (
    <>
      <SelectField
        view={view}
        state={state}
        name="preset"
        label={t.preset}
        choices={[
          { value: GENERIC_PRESET, text: t.generic },
          ...FILE_PRESETS.map(({ id, caption }) => ({ value: id, text: caption })),
        ]}
      />
      <div class="books-fields">
        {FILE_COLUMNS.map((column) => (
          <SelectField
            view={view}
            state={state}
            name={`columns.${column}`}
            label={t.column[column]}
            empty={t.notThere}
            choices={choices}
          />
        ))}
      </div>
      <div class="books-fields">
        <SelectField
          view={view}
          state={state}
          name="charset"
          label={t.charset}
          empty={t.asGuessed}
          choices={FILE_CHARSETS.map((charset) => ({ value: charset, text: charset }))}
        />
        <SelectField
          view={view}
          state={state}
          name="separator"
          label={t.separator}
          empty={t.asGuessed}
          choices={SEPARATORS.map((value) => ({ value, text: t.separators[value] }))}
        />
        <SelectField
          view={view}
          state={state}
          name="decimal"
          label={t.decimal}
          empty={t.asGuessed}
          choices={DECIMAL_SIGNS.map((sign) => ({ value: sign, text: t.decimals[sign] }))}
        />
        <SelectField
          view={view}
          state={state}
          name="dates"
          label={t.dates}
          empty={t.asGuessed}
          choices={DATE_ORDERS.map((order) => ({ value: order, text: t.dateOrders[order] }))}
        />
        <TextField
          view={view}
          state={state}
          name="currency"
          label={t.currencyOf}
          hint={t.currencyHint}
          maxlength={3}
        />
        <TextField
          view={view}
          state={state}
          name="timeZone"
          label={t.timeZone}
          hint={t.timeZoneOfFile}
          maxlength={64}
          required
        />
      </div>
      <KindFields view={view} read={read} state={state} />
      <CheckField view={view} state={state} name="keep" label={t.keep} />
    </>
  );
}

/** What each word of the file's kinds is: as it looks, or as a person says. */
function KindFields({ view, read, state }: MappingParts) {
  const t = reconciliationTexts[view.language];
  const words = wordsIn(read);
  if (words.length === 0) return null;
  return (
    <fieldset class="field">
      <legend>{t.kinds}</legend>
      <p class="hint">{t.kindsHint}</p>
      <div class="books-fields">
        {words.map(([word, kind], index) => (
          <>
            <input type="hidden" name={`words.${index}`} value={word} />
            <SelectField
              view={view}
              state={state}
              name={`kinds.${index}`}
              label={word}
              empty={`${t.asGuessed}: ${t.kind[kind as 'payment']}`}
              choices={MAPPED_KINDS.map((one) => ({ value: one, text: t.kind[one] }))}
            />
          </>
        ))}
      </div>
    </fieldset>
  );
}

/** `GET …/columns` */
export async function mappingPage(c: ConsoleContext, given: FormState | null = null): Promise<Response> {
  const view = c.get('view');
  const t = reconciliationTexts[view.language];
  const read = await c.get('api').get<ReadReconciliation>(reconciliationPath(c), { limit: 1 });
  const at = pathOf(read.id);
  const state = given ?? initial(read);
  return consolePage(c, {
    title: t.mapTitle,
    area: 'reconciliation',
    status: state.status,
    body: (
      <>
        {read.fault && (
          <Notice tone="bad" title={t.fault[read.fault.code]}>
            <p>
              {read.fault.line !== null && `${t.line(read.fault.line)}: `}
              {read.fault.detail}
            </p>
          </Notice>
        )}
        <p>{t.mapText}</p>
        <Preview view={view} read={read} />
        <Form view={view} state={state} action={`${at}/columns`} submit={t.map} cancel={at}>
          <MappingFields view={view} read={read} state={state} />
        </Form>
        <p>
          <a class="button danger" href={`${at}/delete`}>
            {t.delete}
          </a>
        </p>
      </>
    ),
  });
}

/** `POST …/columns` */
export function map(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async (posted) => {
      const preset = posted.text('preset');
      const columns = Object.fromEntries(
        Object.entries(posted.under('columns')).filter(([, name]) => name.trim() !== ''),
      );
      const separator = posted.text('separator');
      const isGeneric = preset === GENERIC_PRESET;
      const currency = posted.text('currency').toUpperCase();
      const timeZone = posted.text('timeZone');
      const said = posted.under('kinds');
      const kinds = Object.fromEntries(
        Object.entries(posted.under('words')).flatMap(([index, word]) =>
          said[index] ? [[word, said[index]]] : [],
        ),
      );
      const given = {
        columns,
        ...(posted.text('charset') && { charset: posted.text('charset') }),
        ...(separator && { separator: separator === TAB ? '\t' : separator }),
        ...(posted.text('decimal') && { decimal: posted.text('decimal') }),
        ...(posted.text('dates') && { dates: posted.text('dates') }),
        ...(currency && { currency }),
        ...(columns.kind && Object.keys(kinds).length > 0 && { kinds }),
        ...(timeZone && { timeZone }),
        keep: posted.isChecked('keep'),
      };
      await c
        .get('api')
        .put(
          `${reconciliationPath(c)}/columns`,
          isGeneric ? { preset, ...given } : { preset, ...(currency && { currency }) },
        );
      return { to: pathOf(idIn(c)) };
    },
    form: (state) => mappingPage(c, state),
  });
}
