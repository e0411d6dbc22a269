/**
 * The command line: `countersign sign | verify | vectors | example | proof | export | audit | reconcile` (docs: README, docs/proof.md,
 * docs/books.md, docs/reconciliation.md).
 * The providers are read by the commands that need them: an export of a million payments is to take little memory.
 */
import { parseArgs } from 'node:util';
import {
  AUDIT_OPTIONS,
  auditCommand,
  BOOK_OPTIONS,
  EXPORT_OPTIONS,
  exportCommand,
  RECONCILE_OPTIONS,
  reconcileCommand,
} from './books.ts';
import { readJson, UsageError } from './usage.ts';

async function usage(): Promise<string> {
  const { providers } = await import('../providers/registry.ts');
  return `countersign: sign and verify as the providers do

  countersign sign PROVIDER --what request-signature --settings s.json --fields f.json
  countersign verify PROVIDER --what notification-signature --settings s.json --raw body.txt | --fields f.json
  countersign vectors [DIR]        checks every vector file in DIR (default: the project's own)
  countersign example PROVIDER     writes files that sign and verify work with, and prints the commands [--to DIR]
  countersign proof FILE           checks the log of a payment offline, against an anchor that you have kept [--anchor FILE]
  countersign export --to FILE     joins the pages of the export to one file, see docs/books.md
                                   [--url URL --format csv|ndjson|json|xml --what payments|operations|events|movements
                                    --date-by created|paid|movement --from DAY --until DAY (left out) --time-zone ZONE --shop ID --group NAME
                                    --test true|false --good --logs --no-logs --amounts minor|decimal --separator comma|semicolon|tab --bom]
  countersign audit                checks the logs, sums and copies of all payments, and the anchors [--url URL --rate PAYMENTS
                                    --place FILE --objects FILE]
  countersign reconcile            compares a provider's file with an account's movements, see docs/reconciliation.md
                                   --file FILE --account ACCOUNT [--url URL --preset KIND --columns order=REF,amount=TOTAL,date=DAY
                                    --kinds Storno=refund,Gebühr=none --decimal comma|point|minor --dates ymd|dmy|mdy --charset CHARSET
                                    --separator SIGN|tab --quote SIGN --currency EUR --tolerance amount=5,basisPoints=100
                                    --from DAY --to DAY (in) or --until DAY (left out) --time-zone ZONE --csv FILE --ask]
  countersign --help

PROVIDER: ${providers.map((entry) => entry.id).join(', ')}; sign also takes polybanking
s.json: the settings by the names of the provider's schema; f.json: [["NAME","value"], ...] or an object.
Exit code: 0 done, and valid; 1 not valid (of a proof: the first line that does not fit is named), a vector failed, or an audit or a
comparison found something; 2 called wrongly, or no answer: export, audit and reconcile then go on where they were. These three take
COUNTERSIGN_TOKEN or ADMIN_TOKEN.
`;
}

/** The options of each command: another one's would be ignored, and what was asked for not done. */
const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  sign: ['what', 'settings', 'fields', 'raw'],
  verify: ['what', 'settings', 'fields', 'raw'],
  vectors: [],
  example: ['to'],
  proof: ['anchor'],
  export: EXPORT_OPTIONS,
  audit: AUDIT_OPTIONS,
  reconcile: RECONCILE_OPTIONS,
};

/** @throws UsageError for an option that the command does not have. */
function requireOwn(command: string | undefined, given: readonly string[]): void {
  const own = OPTIONS_OF[command ?? ''];
  const other = given.find((name) => name !== 'help' && own && !own.includes(name));
  if (other !== undefined) throw new UsageError(`--${other}: is no option of ${command}`);
}

/** What needs the providers. */
const recipeCommands = () => import('./recipe-commands.ts');

async function proof(file: string | undefined, anchor: string | undefined): Promise<number> {
  if (file === undefined) throw new UsageError('name the file of the proof');
  const { checkProofFile, proofWords } = await import('./proof.ts');
  const checked = await checkProofFile(readJson(file), anchor === undefined ? null : readJson(anchor));
  for (const line of proofWords(checked)) console.log(line);
  return checked.valid ? 0 : 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...BOOK_OPTIONS,
      settings: { type: 'string' },
      fields: { type: 'string' },
      raw: { type: 'string' },
      to: { type: 'string' },
      anchor: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, argument, ...more] = positionals;
  requireOwn(command, Object.keys(values));
  if (values.help || command === 'help') {
    console.log(await usage());
    return 0;
  }
  if (more.length > 0) throw new UsageError(`${more.join(' ')}: is not taken`);
  switch (command) {
    case 'sign':
      return (await recipeCommands()).signCommand(argument, values);
    case 'verify':
      return (await recipeCommands()).verifyCommand(argument, values);
    case 'vectors':
      return (await recipeCommands()).vectorsCommand(argument);
    case 'example':
      return (await recipeCommands()).exampleCommand(argument, values);
    case 'proof':
      return proof(argument, values.anchor);
    case 'export':
    case 'audit':
      if (argument !== undefined) throw new UsageError(`${argument}: is not taken`);
      return command === 'export' ? exportCommand(values.to, values) : auditCommand(values);
    case 'reconcile':
      if (argument !== undefined) throw new UsageError(`${argument}: is not taken`);
      return reconcileCommand(values);
    default:
      throw new UsageError(command ? `there is no command ${command}` : '');
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  async (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const isWrong = error instanceof UsageError;
    console.error(isWrong ? `${message}\n\n${await usage()}`.trimStart() : message);
    process.exitCode = 2;
  },
);
