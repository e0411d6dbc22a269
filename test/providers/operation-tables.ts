/** The tables in which sheets say what a provider's words mean for an operation after the payment. */

const sheets = import.meta.glob<string>('../../src/providers/*/SHEET.md', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/**
 * The words under the heading `### Operations: <table>` of a provider's sheet, each with its state.
 * @throws Error when there is no such table, or a word stands in it twice.
 */
export function operationRows(folder: string, table: string): Readonly<Record<string, string>> {
  const sheet = sheets[`../../src/providers/${folder}/SHEET.md`] ?? '';
  const [, part] = sheet.split(`\n### Operations: ${table}\n`);
  if (part === undefined) throw new Error(`the sheet has no table of operations: ${table}`);
  const states: Record<string, string> = {};
  for (const line of (part.split(/^#/m)[0] ?? '').split('\n').filter((one) => one.startsWith('| `'))) {
    const [, words = '', state = ''] = line.split('|').map((cell) => cell.trim());
    for (const [, word = ''] of words.matchAll(/`([^`]+)`/g)) {
      if (Object.hasOwn(states, word)) throw new Error(`${table}: ${word} stands in two rows`);
      states[word] = state;
    }
  }
  return states;
}
