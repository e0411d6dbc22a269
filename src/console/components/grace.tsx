/** For how long an old key or secret still counts beside its successor. */
import type { FormState } from '../form-state.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';
import { SelectField } from './fields.tsx';

const GRACES = ['3600', '86400', '604800', '2592000'] as const;

/** The field `graceSeconds`. @param none says that the old one ends at once. */
export function GraceField({
  view,
  state,
  hint,
  none,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly hint: string;
  readonly none: string;
}) {
  const t = commonTexts[view.language];
  return (
    <SelectField
      view={view}
      state={state}
      name="graceSeconds"
      label={t.grace}
      hint={hint}
      choices={[{ value: '0', text: none }, ...GRACES.map((value) => ({ value, text: t.graces[value] }))]}
    />
  );
}
