/** How a shop looks on our pages. */
import * as v from 'valibot';
import { printable, told } from './values.ts';

export const brandingChange = v.strictObject({
  name: told('Shown in place of the name of the shop; null: that one.', v.nullish(printable(1, 60))),
  color: told(
    'Of buttons and borders, #rrggbb; null: ours.',
    v.nullish(v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'is a colour as #rrggbb'))),
  ),
});

export const branding = v.object({
  name: told('Shown in place of the name of the shop; null: that one.', v.nullable(v.string())),
  color: told('Of buttons and borders; null: ours.', v.nullable(v.string())),
  logo: told('Where the logo is; null: there is none.', v.nullable(v.string())),
});
