/** The JSON Schema of a settings schema, as the API shows it. Made when the Worker is built: the library stays out of it. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { SettingsSchema } from './settings.ts';

export function settingsJsonSchema(schema: SettingsSchema): object {
  return toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
}
