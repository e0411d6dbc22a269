/** `countersign export`, `countersign audit` and `countersign reconcile`, as they are called. */
import { readFileSync } from 'node:fs';
import { audit } from './audit.ts';
import { exportTo, formatOf } from './export.ts';
import { httpCall } from './http-call.ts';
import { collector } from './memory.ts';
import { serverOf, WrongCall } from './operator-calls.ts';
import { reconcile } from './reconcile.ts';

/** The options of all; those of the export's query by the names of the query. */
export const BOOK_OPTIONS = {
  url: { type: 'string' },
  what: { type: 'string' },
  format: { type: 'string' },
  'date-by': { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  'time-zone': { type: 'string' },
  shop: { type: 'string' },
  group: { type: 'string' },
  test: { type: 'string' },
  good: { type: 'boolean' },
  logs: { type: 'boolean' },
  'no-logs': { type: 'boolean' },
  amounts: { type: 'string' },
  separator: { type: 'string' },
  bom: { type: 'boolean' },
  rate: { type: 'string' },
  place: { type: 'string' },
  objects: { type: 'string' },
  file: { type: 'string' },
  account: { type: 'string' },
  preset: { type: 'string' },
  columns: { type: 'string' },
  currency: { type: 'string' },
  kinds: { type: 'string' },
  charset: { type: 'string' },
  quote: { type: 'string' },
  decimal: { type: 'string' },
  dates: { type: 'string' },
  tolerance: { type: 'string' },
  csv: { type: 'string' },
  ask: { type: 'boolean' },
} as const;

const DAY_MS = 86_400_000;

type BookOptions = { readonly [name in keyof typeof BOOK_OPTIONS | 'to']?: string | boolean | undefined };

const ports = {
  call: httpCall,
  collect: collector(),
  pause: (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds)),
  now: () => Date.now(),
  terminal: process.stderr,
};

const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);

/** What the query of the route is called on the command line. */
const NAMES = {
  what: 'what',
  dateBy: 'date-by',
  from: 'from',
  to: 'until',
  timeZone: 'time-zone',
  shop: 'shop',
  group: 'group',
  test: 'test',
  good: 'good',
  amounts: 'amounts',
  separator: 'separator',
  bom: 'bom',
} as const;

/** The options of each command; `to` is the file of an export, and the last day of a comparison. */
export const EXPORT_OPTIONS: readonly string[] = [
  ...['url', 'to', 'format', 'no-logs', 'logs'],
  ...Object.values(NAMES),
];
export const AUDIT_OPTIONS: readonly string[] = ['url', 'rate', 'place', 'objects'];
export const RECONCILE_OPTIONS: readonly string[] = [
  ...[
    'url',
    'file',
    'account',
    'preset',
    'columns',
    'kinds',
    'charset',
    'separator',
    'quote',
    'decimal',
    'dates',
  ],
  ...['currency', 'tolerance', 'from', 'to', 'until', 'time-zone', 'csv', 'ask'],
];

/** Whether logs are in the file; null: as the format has them. */
function logsIn({ logs, 'no-logs': none }: BookOptions): boolean | null {
  if (logs === true && none === true) throw new WrongCall('say --logs or --no-logs, not both');
  return logs === true ? true : none === true ? false : null;
}

/** @param file where it is written to. */
export async function exportCommand(file: string | undefined, options: BookOptions): Promise<number> {
  if (file === undefined) throw new WrongCall('say where to: --to FILE');
  const format = formatOf(file, text(options.format));
  const given = Object.entries(NAMES).flatMap(([name, option]) => {
    const value = options[option];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const logs = logsIn(options);
  const order = {
    format,
    query: { ...Object.fromEntries(given), ...(logs !== null && { logs: String(logs) }) } as Readonly<
      Record<string, string>
    >,
  };
  const total = await exportTo(file, order, serverOf(text(options.url), process.env), ports);
  console.log(
    `${file}: ${total.toLocaleString('en-US')} ${order.query.what === 'movements' ? 'movements' : 'payments'}`,
  );
  return 0;
}

/** Payments a second, unless it is said. */
const RATE = 50;

/** @returns 1 where anything differs. */
export async function auditCommand(options: BookOptions): Promise<number> {
  const rate = Number(options.rate ?? RATE);
  if (!(rate > 0)) throw new WrongCall('--rate is a number of payments a second');
  const objects = text(options.objects);
  const list = objects === undefined ? null : readFileSync(objects, 'utf8').split(/\s+/).filter(Boolean);
  const placeFile = text(options.place) ?? 'countersign-audit.place';
  const server = serverOf(text(options.url), process.env);
  const found = await audit(
    server,
    { rate, placeFile, objects: list },
    { ...ports, print: (line) => console.log(line) },
  );
  const { anchors, payments, differences } = found;
  const counted = `${payments.toLocaleString('en-US')} payments and ${anchors.toLocaleString('en-US')} anchors checked`;
  console.log(differences === 0 ? `${counted}: nothing differs` : `${counted}: ${differences} differences`);
  return differences === 0 ? 0 : 1;
}

/** The last day that is compared: `--to`, or the one before `--until`, which is left out as in an export. @throws WrongCall */
export function lastDayIn({
  from,
  to,
  until,
}: Pick<BookOptions, 'from' | 'to' | 'until'>): string | undefined {
  if (to !== undefined && until !== undefined) throw new WrongCall('say --to or --until, not both');
  if (until === undefined) return text(to);
  const next = Date.parse(`${until}T00:00:00Z`);
  if (Number.isNaN(next)) throw new WrongCall('--until takes a day, like 2026-12-01');
  if (typeof from === 'string' && typeof until === 'string' && until <= from)
    throw new WrongCall('--until is a day after --from: its own day is left out');
  return new Date(next - DAY_MS).toISOString().slice(0, 10);
}

/** @returns 1 where anything differs that nobody has marked. */
export async function reconcileCommand(options: BookOptions): Promise<number> {
  const [file, account] = [text(options.file), text(options.account)];
  if (file === undefined) throw new WrongCall('say which file: --file FILE');
  if (account === undefined) throw new WrongCall('say whose movements: --account ACCOUNT');
  const order = {
    account,
    preset: text(options.preset),
    columns: text(options.columns),
    currency: text(options.currency),
    kinds: text(options.kinds),
    signs: {
      charset: text(options.charset),
      separator: text(options.separator),
      quote: text(options.quote),
      decimal: text(options.decimal),
      dates: text(options.dates),
    },
    tolerance: text(options.tolerance),
    from: text(options.from),
    to: lastDayIn(options),
    timeZone: text(options['time-zone']),
    csv: text(options.csv),
    asks: options.ask === true,
  };
  const open = await reconcile(file, order, serverOf(text(options.url), process.env), {
    ...ports,
    print: (line) => console.log(line),
  });
  return open === 0 ? 0 : 1;
}
