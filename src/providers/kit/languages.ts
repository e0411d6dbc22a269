/** The language of a payment page, where its provider lists those that it has. */

const ENGLISH = 'en';

/**
 * The shopper's language if the page has it; else English, which strangers read.
 * @param wanted the shopper's language, ISO 639-1; undefined: the shop did not say, and the account's own is right.
 * @param own the language that the account is set to.
 */
export function pageLanguage(wanted: string | undefined, own: string, listed: readonly string[]): string {
  const language = wanted ?? own;
  return listed.includes(language) ? language : ENGLISH;
}
