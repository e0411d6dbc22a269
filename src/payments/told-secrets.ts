/**
 * What a provider's answer says that opens something to whoever reads it: tokens, and addresses of pages that are good once. Answers are
 * kept in logs to be read by people, who need neither.
 */

/** Members by the end of their names, in JSON, and in JSON that is a text of JSON. */
const MEMBER = /([\w.-]{0,40}(?:token|mac|secret|password|ur[il])\\*"\s*:\s*\\*")(?:\\+[^"\\]|[^"\\])+/gi;

/** The same in forms and in XML. */
const FIELD = /([\w.-]{0,40}(?:token|mac|secret|password|ur[il])[=>])[^"\\\s<&]+/gi;

/** Behind its host an address may hold anything. */
const ADDRESS = /(https?:(?:\\*\/){2}[^\s"'<>\\/?#]+)[\\/?#](?:\\+[^"\\\s]|[^\s"'<>\\])*/gi;

/** A text of a provider without the values of such members, and with the hosts alone of addresses. */
export function withoutToldSecrets(text: string): string {
  return text.replace(MEMBER, '$1…').replace(FIELD, '$1…').replace(ADDRESS, '$1/…');
}
