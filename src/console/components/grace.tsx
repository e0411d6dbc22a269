/** For how long an old key or secret still counts beside its successor. */
import type { FormState } from '../form-state.ts';
import type { View } from '../view.ts';
import { SelectField } from './fields.tsx';

const GRACES = ['0', '3600', '86400', '604800', '2592000'] as const;

/** The field `graceSeconds`. @param texts what is replaced is called differently from page to page. */
export function GraceField({
  view,
  state,
  texts,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly texts: {
    readonly grace: string;
    readonly graceHint: string;
    readonly graces: Readonly<Record<(typeof GRACES)[number], string>>;
  };
}) {
  return (
    <SelectField
      view={view}
      state={state}
      name="graceSeconds"
      label={texts.grace}
      hint={texts.graceHint}
      choices={GRACES.map((value) => ({ value, text: texts.graces[value] }))}
    />
  );
}
