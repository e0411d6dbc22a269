/**
 * `countersign audit`: walks all payments and anchors, and lists what differs. No faster than it is told to, so that shops do not notice.
 * The place that it has reached is kept in a file: a run that was broken off goes on there, with what it had found.
 */
import { rmSync } from 'node:fs';
import { type CallPorts, operatorText, type Server, WrongCall } from './operator-calls.ts';
import { keepPlace, keptPlace } from './place.ts';
import { progressOn, shareOfId, type Terminal } from './progress.ts';

/** Payments of one call. */
const PAYMENTS = 50;

interface FoundDifference {
  readonly payment: string;
  readonly shop: string | null;
  readonly kind: string;
  readonly detail: string;
}

interface PaymentsPage {
  readonly checked: number;
  readonly data: readonly FoundDifference[];
  readonly nextCursor: string | null;
}

interface AnchorsPage {
  readonly data: readonly { readonly number: number; readonly problems: readonly string[] }[];
  readonly nextCursor: string | null;
}

/** Where a run is, and what it has found. */
interface Place {
  readonly url: string;
  readonly stage: 'anchors' | 'payments';
  readonly cursor: string;
  readonly anchors: number;
  readonly payments: number;
  readonly differences: number;
}

export interface AuditOptions {
  /** Payments a second. */
  readonly rate: number;
  /** Where the place is kept. */
  readonly placeFile: string;
  /** Ids of ledgers; null: all payments that the copy names. */
  readonly objects: readonly string[] | null;
}

export interface AuditPorts extends CallPorts {
  /** Where progress is shown. */
  readonly terminal: Terminal;
  /** Takes each difference, as a line. */
  readonly print: (line: string) => void;
}

export interface Audited {
  readonly anchors: number;
  readonly payments: number;
  readonly differences: number;
}

function placeIn(file: string, url: string): Place {
  const begin = { url, stage: 'anchors', cursor: '', anchors: 0, payments: 0, differences: 0 } as const;
  const place = keptPlace<Place>(file);
  if (!place) return begin;
  if (place.url !== url)
    throw new WrongCall(
      `${file} is of another run (${place.url}): remove it, or name another file with --place`,
    );
  return place;
}

/**
 * Audits.
 * @throws WrongCall where the server rejects it; Error where it gives no answer: the next run goes on.
 */
export async function audit(server: Server, options: AuditOptions, ports: AuditPorts): Promise<Audited> {
  return options.objects
    ? auditListed(server, options.objects, options, ports)
    : auditAll(server, options, ports);
}

function printed(found: readonly FoundDifference[], print: AuditPorts['print']): number {
  for (const { payment, shop, kind, detail } of found)
    print(`${payment}${shop === null ? '' : ` (${shop})`}: ${kind}: ${detail}`);
  return found.length;
}

async function auditAll(server: Server, options: AuditOptions, ports: AuditPorts): Promise<Audited> {
  const { rate, placeFile } = options;
  let place = placeIn(placeFile, server.url);
  const keep = (next: Place) => {
    place = next;
    keepPlace(placeFile, place);
  };
  while (place.stage === 'anchors') {
    const page = await json<AnchorsPage>(server, `checks/anchors?cursor=${place.cursor || '0'}`, ports);
    const found = page.data.flatMap(({ number, problems }) =>
      problems.map((problem) => `anchor ${number}: ${problem}`),
    );
    for (const line of found) ports.print(line);
    const isLast = page.nextCursor === null;
    keep({
      ...place,
      stage: isLast ? 'payments' : 'anchors',
      cursor: page.nextCursor ?? '',
      anchors: place.anchors + page.data.length,
      differences: place.differences + found.length,
    });
  }
  const [startedAt, startedWith, before] = [ports.now(), place.payments, shareOfId(place.cursor)];
  const progress = progressOn(ports.terminal, ports.now);
  for (let isLast = false; !isLast; ) {
    const after = place.cursor === '' ? '' : `&cursor=${encodeURIComponent(place.cursor)}`;
    const calledAt = ports.now();
    const page = await json<PaymentsPage>(server, `checks/payments?limit=${PAYMENTS}${after}`, ports);
    const { nextCursor } = page;
    isLast = nextCursor === null;
    const differences = place.differences + printed(page.data, ports.print);
    keep({ ...place, cursor: nextCursor ?? '', payments: place.payments + page.checked, differences });
    progress.show({
      share: nextCursor === null ? 1 : shareOfId(nextCursor),
      words: `${place.payments.toLocaleString('en-US')} payments, ${differences.toLocaleString('en-US')} differences`,
      count: place.payments - startedWith,
      elapsedMs: ports.now() - startedAt,
      before,
    });
    const wait = (page.checked * 1000) / rate - (ports.now() - calledAt);
    if (!isLast && wait > 0) await ports.pause(wait);
  }
  progress.end();
  rmSync(placeFile, { force: true });
  const { anchors, payments, differences } = place;
  return { anchors, payments, differences };
}

async function auditListed(
  server: Server,
  objects: readonly string[],
  { rate }: AuditOptions,
  ports: AuditPorts,
): Promise<Audited> {
  let [payments, differences] = [0, 0];
  for (let at = 0; at < objects.length; at += PAYMENTS) {
    const list = objects.slice(at, at + PAYMENTS).map((object) => `objects=${encodeURIComponent(object)}`);
    const page = await json<PaymentsPage>(server, `checks/payments?${list.join('&')}`, ports);
    payments += page.checked;
    differences += printed(page.data, ports.print);
    await ports.pause((page.checked * 1000) / rate);
  }
  return { anchors: 0, payments, differences };
}

async function json<T>(server: Server, path: string, ports: CallPorts): Promise<T> {
  const { text } = await operatorText(server, `/v1/admin/${path}`, ports);
  return JSON.parse(text) as T;
}
