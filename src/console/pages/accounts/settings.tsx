/** A form made from a provider's settings schema: captions, help, choices, defaults; secrets are typed and never shown. */
import { SelectField, TextArea, TextField } from '../../components/fields.tsx';
import { FormState, type Posted } from '../../form-state.ts';
import { accountsTexts } from '../../texts/accounts.ts';
import { commonTexts } from '../../texts/common.ts';
import type { View } from '../../view.ts';
import type { ShownProvider } from './read.ts';

interface SettingSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly writeOnly?: boolean;
  readonly anyOf?: readonly unknown[];
  readonly maxLength?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** A setting with its name. */
interface Setting extends SettingSchema {
  readonly name: string;
  readonly isRequired: boolean;
}

/** The settings of a provider, in its order. */
export function settingsOf({ settings }: ShownProvider): readonly Setting[] {
  const { properties = {}, required = [] } = settings as {
    readonly properties?: Readonly<Record<string, SettingSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    ...schema,
    name,
    isRequired: required.includes(name),
  }));
}

/** How the form shows what an account has. Secrets are left out. */
export function settingValues(found: ShownProvider, stored: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    settingsOf(found)
      .filter(({ name, writeOnly }) => !writeOnly && stored[name] !== undefined && stored[name] !== null)
      .map(({ name }) => {
        const value = stored[name];
        return [`settings.${name}`, Array.isArray(value) ? value.join('\n') : String(value)];
      }),
  );
}

/** Keys in PEM have lines, which a field of one line would take away. */
const LONG = 300;

export function hasLines({ type, enum: choices, maxLength, format, pattern }: Setting): boolean {
  if (type !== 'string' || choices || format === 'uri') return false;
  return (maxLength ?? 0) > LONG || (pattern ?? '').includes('-----BEGIN');
}

/** As it was typed, with the line ends that it had before a browser sent it. */
export function typedValue(setting: Setting, posted: Posted, name: string): string {
  const raw = posted.raw(name);
  if (hasLines(setting)) return raw.trim() === '' ? '' : raw.replaceAll('\r\n', '\n');
  return setting.writeOnly ? raw : raw.trim();
}

/** A form without the value of a secret, which is not shown again. */
export function without(state: FormState, name: string): FormState {
  const { [name]: _secret, ...values } = state.values;
  return new FormState({ ...state, values });
}

const DIGITS = /^(?:0|[1-9]\d{0,14})$/;

/** A number where it is one; what is none goes to the API as it is, which says so. */
function asNumber(text: string): string | number {
  return DIGITS.test(text) ? Number(text) : text;
}

function settingValue({ type, anyOf }: Setting, typed: string): unknown {
  if (typed === '') return null;
  if (type === 'boolean') return typed === 'true';
  if (type === 'array')
    return typed
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(asNumber);
  return type === 'integer' || type === 'number' || anyOf ? asNumber(typed) : typed;
}

/** What the form says, as the API takes it: an empty field takes a setting away, an empty secret stays as it is. */
export function postedSettings(found: ShownProvider, posted: Posted): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const setting of settingsOf(found)) {
    const typed = typedValue(setting, posted, `settings.${setting.name}`);
    if (!setting.writeOnly) settings[setting.name] = settingValue(setting, typed);
    else if (typed !== '') settings[setting.name] = typed;
  }
  return settings;
}

function SettingField({
  view,
  state,
  setting,
  isStored,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly setting: Setting;
  readonly isStored: boolean;
}) {
  const t = accountsTexts[view.language];
  const common = commonTexts[view.language];
  const { name, title, description, type, isRequired, writeOnly } = setting;
  // An empty value is the same as none: the choice of none stands for it.
  const usual = (setting.default ?? '') === '' ? null : t.usual(String(setting.default));
  const hint = [description, usual, writeOnly && isStored ? t.keepsSecret : null].filter(Boolean).join(' ');
  const field = {
    ...{ view, state, name: `settings.${name}`, label: title ?? name },
    required: isRequired && !(writeOnly && isStored),
    ...(hint && { hint: <span lang="en">{hint}</span> }),
  };
  if (hasLines(setting))
    return <TextArea {...field} state={writeOnly ? without(state, field.name) : state} rows={4} />;
  if (writeOnly) return <TextField {...field} type="password" autocomplete="new-password" />;
  if (setting.enum) {
    const choices = setting.enum.filter(Boolean).map((value) => ({ value, text: value }));
    return <SelectField {...field} choices={choices} empty={usual ?? t.nothingChosen} />;
  }
  if (type === 'boolean') {
    const choices = [
      { value: 'true', text: common.yes },
      { value: 'false', text: common.no },
    ];
    return <SelectField {...field} choices={choices} empty={usual ?? t.nothingChosen} />;
  }
  if (type === 'array') return <TextArea {...field} rows={3} />;
  return <TextField {...field} />;
}

/** All settings of a provider. @param stored the names of secrets that the account has. */
export function SettingFields({
  view,
  state,
  found,
  stored,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly found: ShownProvider;
  readonly stored: readonly string[];
}) {
  return (
    <>
      {settingsOf(found).map((setting) => (
        <SettingField view={view} state={state} setting={setting} isStored={stored.includes(setting.name)} />
      ))}
    </>
  );
}
