/** The answers of Paybox Direct: `name=value&...`, values perhaps unescaped, not signed. */
import { PAYBOX_UNCERTAIN } from './statuses.ts';

/** An answer, read. */
export type DirectAnswer = ReturnType<typeof readDirectAnswer>;

/**
 * Reads an answer.
 * @param number the NUMQUESTION of the call; an answer to another one is no success. Null: not compared.
 */
export function readDirectAnswer(raw: string, number: string | null) {
  const values = new Map(
    raw.split('&').map((part) => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals), part.slice(equals + 1).trim()] as const;
    }),
  );
  const value = (name: string) => values.get(name) ?? '';
  const code = value('CODEREPONSE');
  const isOther = number !== null && value('NUMQUESTION') !== number;
  return {
    ok: code === '00000' && !isOther,
    code,
    uncertain: PAYBOX_UNCERTAIN.has(code),
    reason: isOther ? `NUMQUESTION is not the one that was asked (${number})` : null,
    site: value('SITE'),
    rang: value('RANG'),
    numtrans: value('NUMTRANS'),
    numappel: value('NUMAPPEL'),
    comment: value('COMMENTAIRE'),
    status: value('STATUS'),
  };
}
