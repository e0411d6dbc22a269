/** Users and tokens, in all languages. */

import type { AreaTexts } from './languages.ts';
import { peopleDe } from './people.de.ts';
import { peopleEn } from './people.en.ts';
import { peopleFr } from './people.fr.ts';
import { peoplePl } from './people.pl.ts';

export const peopleTexts: AreaTexts<typeof peopleEn> = {
  en: peopleEn,
  fr: peopleFr,
  de: peopleDe,
  pl: peoplePl,
};
