/** Query strings as both originals, which are Python, write them. */
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';

/** The fields as a query string in UTF-8; a space is a plus sign. */
export function pythonQuery(fields: Iterable<readonly [string, string]>): string {
  return (encodeForm(fields, charset('utf-8')) ?? '').replaceAll('%20', '+');
}
