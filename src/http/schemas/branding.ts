/** How a shop looks on our pages. */
import * as v from 'valibot';
import { PAGE_LANGUAGES } from '../../payments/page-languages.ts';
import { told, visibleName } from './values.ts';

const color = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'is a colour as #rrggbb'));
const language = v.picklist(PAGE_LANGUAGES, `is one of ${PAGE_LANGUAGES.join(', ')}`);

export const brandingChange = v.strictObject({
  name: told('Shown in place of the name of the shop; null: that one.', v.nullish(visibleName(60))),
  color: told('Of buttons and borders, #rrggbb; null: ours.', v.nullish(color)),
  language: told(
    'Of our pages, for shoppers of whom neither the payment nor the browser says one; null: English.',
    v.nullish(language),
  ),
});

export const branding = v.object({
  name: told('Shown in place of the name of the shop; null: that one.', v.nullable(v.string())),
  color: told('Of buttons and borders; null: ours.', v.nullable(v.string())),
  language: told('Of our pages, for shoppers who name none; null: English.', v.nullable(v.string())),
  logo: told('Where the logo is; null: there is none.', v.nullable(v.string())),
});

export const previewQuery = v.strictObject({
  name: told('In place of the name of the shop.', v.optional(visibleName(60))),
  color: told('Of buttons and borders, #rrggbb.', v.optional(color)),
  language: told("Of the page; left out: the shop's, else English.", v.optional(language)),
  scheme: told(
    'Of the colours; left out: that of the browser.',
    v.optional(v.picklist(['light', 'dark'], 'is light or dark')),
  ),
});
