/**
 * `npm run proof-table`: writes into SECURITY.md what the signature of each provider's messages proves, from what the providers
 * declare. A test fails when SECURITY.md says something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeProof } from '../gateway/proof.ts';
import { settingsDefaults } from '../providers/kit/settings.ts';
import { providers } from '../providers/registry.ts';

const BEGIN = '<!-- proof: made by npm run proof-table -->';
const END = '<!-- end of proof -->';

const HEAD = [
  'provider',
  'whose key signs',
  'signed',
  'not signed',
  'names and borders',
  'says test or live',
  'notification counts as',
  'return counts as',
];

const KEYS = { merchant: "the merchant's", platform: "the platform's, for everybody", nobody: "nobody's" };

/** Text in a cell: a bar would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function names(fields: readonly string[]): string {
  return fields.map((name) => `\`${name}\``).join(' ');
}

/** The table, as Markdown. */
export function proofTable(): string {
  const rows = providers.map((provider) => {
    const proof = describeProof(provider, settingsDefaults(provider.settings));
    return [
      provider.id,
      KEYS[proof.keyOf],
      names(proof.covered),
      names(proof.notCovered),
      proof.bordersCovered ? 'yes' : '',
      proof.environmentMark ?? '',
      proof.countsAt.notification,
      proof.countsAt.return,
    ];
  });
  return [HEAD, Array<string>(HEAD.length).fill('---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

/** A text with the table between its markers replaced. @throws Error when it has no markers. */
export function withProofTable(text: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('SECURITY.md has no place for the table of proofs');
  return `${text.slice(0, begin + BEGIN.length)}\n\n${proofTable()}\n\n${text.slice(end)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(import.meta.dirname, '../../SECURITY.md');
  writeFileSync(path, withProofTable(readFileSync(path, 'utf8')));
}
