/**
 * The texts of our pages in the languages of the document that the build has made of them. It is read with the first request of a shopper
 * that an isolate has. Without it pages are in English, which the Worker knows by heart: no shopper is left without a page.
 */
import type { Documents } from '../../../gateway/documents.ts';
import type { PageLanguage } from '../../../payments/page-languages.ts';
import { en } from './en.ts';
import type { Texts } from './texts.ts';

type AllTexts = Readonly<Record<PageLanguage, Texts>>;

const NAME = 'texts.json';

/** Reads the document, once in an isolate. Never fails. */
export async function learnLanguages(documents: Documents): Promise<void> {
  if (documents.known(NAME) !== null) return;
  try {
    await documents.json(NAME);
  } catch (error) {
    console.error({ event: 'document.unread', name: NAME, error: String(error) });
  }
}

/** What our pages say in a language. @param documents undefined where the Worker could not even be put together. */
export function textsIn(documents: Documents | undefined, language: PageLanguage): Texts {
  return documents?.known<AllTexts>(NAME)?.[language] ?? en;
}
