/** The answers of the capture and refund services: lines of `name=value`, not signed. */

/** An answer, read. A line that is not there is empty. */
export interface MoneticoAnswer {
  readonly reference: string;
  readonly cdr: string;
  readonly lib: string;
  /** The number of the authorisation. */
  readonly aut: string;
}

/** Reads an answer. One in which a name comes twice is none: its members are empty. */
export function moneticoAnswer(raw: string): MoneticoAnswer {
  const values = new Map<string, string>();
  let isClear = true;
  for (const line of raw.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const name = line.slice(0, equals).trim();
    isClear &&= !values.has(name);
    values.set(name, line.slice(equals + 1).trim());
  }
  const value = (name: string) => (isClear ? (values.get(name) ?? '') : '');
  return { reference: value('reference'), cdr: value('cdr'), lib: value('lib'), aut: value('aut') };
}
