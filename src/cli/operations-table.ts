/**
 * `npm run operations-table`: writes into docs/after-payment.md which provider has which operation after a payment, from what the
 * providers declare. A test fails when the page says something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FundsSource, OperationRule } from '../payments/operations.ts';
import { providers } from '../providers/registry.ts';

const BEGIN = '<!-- operations: made by npm run operations-table -->';
const END = '<!-- end of operations -->';

const PARTS: Record<OperationRule['parts'], string> = {
  whole: 'the whole',
  one: 'the whole or once a part',
  many: 'the whole or parts',
};

const FUNDS_SOURCES: Record<FundsSource, string> = {
  held: 'an authorization',
  paid: 'money not settled yet',
  open: 'an unpaid order',
};

function cell(rule: OperationRule | undefined): string {
  return rule ? PARTS[rule.parts] : '';
}

/** A cancel takes back everything. */
function cancelCell(rule: OperationRule | undefined): string {
  return rule?.fundsSources.map((fundsSource) => FUNDS_SOURCES[fundsSource]).join(', ') ?? '';
}

/** The table, as Markdown. */
export function operationsTable(): string {
  const rows = providers.map(({ id, capture, cancel, refund, capabilities }) => [
    id,
    cell(capture?.rule),
    cancelCell(cancel?.rule),
    cell(refund?.rule),
    capabilities.status ? 'yes' : '',
  ]);
  return [['provider', 'capture', 'cancel', 'refund', 'status'], Array(5).fill('---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** A text with the table between its markers replaced. @throws Error when it has no markers. */
export function withTable(text: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('the page has no place for the table of operations');
  return `${text.slice(0, begin + BEGIN.length)}\n\n${operationsTable()}\n\n${text.slice(end)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const page = join(import.meta.dirname, '../../docs/after-payment.md');
  writeFileSync(page, withTable(readFileSync(page, 'utf8')));
}
