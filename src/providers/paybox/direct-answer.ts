/** The answers of Paybox Direct: `name=value&...`, values perhaps unescaped, not signed. */
import { stateIn } from '../kit/operation-table.ts';
import { PAYBOX_OPERATIONS } from './statuses.ts';

/** An answer, read. */
export type DirectAnswer = ReturnType<typeof readDirectAnswer>;

/**
 * Reads an answer. One in which a name comes twice is none: its members are empty.
 * @param number the NUMQUESTION of the call; an answer to another one is no success. Null: not compared.
 */
export function readDirectAnswer(raw: string, number: string | null) {
  const values = valuesOf(raw);
  const value = (name: string) => values?.get(name) ?? '';
  const code = value('CODEREPONSE');
  const isOther = number !== null && value('NUMQUESTION') !== number;
  return {
    ok: code === '00000' && !isOther,
    code,
    uncertain: stateIn(PAYBOX_OPERATIONS.CODEREPONSE, code) === 'unknown',
    reason: isOther ? `NUMQUESTION is not the one that was asked (${number})` : null,
    site: value('SITE'),
    rang: value('RANG'),
    numtrans: value('NUMTRANS'),
    numappel: value('NUMAPPEL'),
    comment: value('COMMENTAIRE'),
    status: value('STATUS'),
  };
}

/** The values by name; null where a name comes twice, of which one would be read and the other not. */
function valuesOf(raw: string): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  for (const part of raw.split('&')) {
    const [name = '', ...rest] = part.split('=');
    const upper = name.trim().toUpperCase();
    if (values.has(upper)) return null;
    values.set(upper, rest.join('=').trim());
  }
  return values;
}
