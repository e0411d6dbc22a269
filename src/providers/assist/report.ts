/**
 * ASSIST, the report of the last three days (legacy): a CSV of bills, in UTF-8 or windows-1251, read as it arrives.
 *
 * A row whose packet date is surely older than what was read before is left out; one without a date never is.
 */
import { Problem } from '../../payments/errors.ts';
import { fromUtf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import type { ReportQuery, ReportRow } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { assistDate, BILL_OUTCOMES, ReportReader } from './bills.ts';
import { pushFact } from './legacy.ts';
import { FORMS, server } from './messages.ts';
import type { AssistSettings } from './settings.ts';

/** ASSIST shuts a shop out that asks more often. */
export const REPORT_EVERY_SECONDS = 600;

/** From the first byte to the last. */
const TIMEOUT_MS = 120_000;

/** No row is that long; something else is. */
const LINE_LIMIT = 64 * 1024;

/** Packet dates may be a little out of order. */
const OVERLAP_MS = 3_600_000;

const NEEDED = ['OrderNumber', 'BillNumber', 'Status', 'Total', 'Currency'];

const LINE_FEED = 0x0a;

/** Every line in UTF-8, else in windows-1251: a report that is UTF-8 cannot be told from its first bytes. */
function textOf(line: Uint8Array): string {
  return fromUtf8(line) ?? charset('windows-1251').decode(line) ?? '';
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = new Uint8Array();
  for await (const chunk of body) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      yield textOf(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > LINE_LIMIT)
      throw new Problem('provider_error', 'the report of ASSIST has a line without an end');
  }
  if (rest.length > 0) yield textOf(rest);
}

/** What a row says, or what is wrong with it. Orders of other software at the same shop number are nobody's. */
function rowOf(settings: AssistSettings, row: Readonly<Record<string, string>>): ReportRow {
  const cursor = row.PacketDate ?? null;
  if (!FORMS.OrderNumber?.test(row.OrderNumber ?? '')) return { update: null, problem: null, cursor };
  const wrong =
    ['Total', 'Currency', 'BillNumber'].find((name) => !FORMS[name]?.test(row[name] ?? '')) ??
    ((row.Status ?? '').toLowerCase() in BILL_OUTCOMES ? null : 'Status');
  if (wrong)
    return {
      update: null,
      problem: `${row.OrderNumber}: ${wrong} is ${JSON.stringify((row[wrong] ?? '').slice(0, 100))}`,
      cursor,
    };
  const values = new Map(Object.entries(row));
  // A push of the same bill has the date as ASSIST writes it, and its answer has to repeat it.
  if (cursor) values.set('PacketDate', assistDate(cursor));
  return { update: pushFact(settings, values), problem: null, cursor };
}

async function* rowsOf(
  body: ReadableStream<Uint8Array>,
  { account, after: since }: ReportQuery<AssistSettings>,
): AsyncGenerator<ReportRow> {
  const oldest = since ? Date.parse(`${since.replace(' ', 'T')}Z`) - OVERLAP_MS : 0;
  const reader = new ReportReader();
  for await (const line of linesOf(body)) {
    const isHeader = reader.missing(NEEDED) === null;
    const row = reader.row(line);
    const missing = isHeader ? (reader.missing(NEEDED) ?? []) : [];
    if (missing.length > 0) {
      throw new Problem('provider_error', `ASSIST sent no report: ${missing.join(', ')} is missing`, {
        cause: line.slice(0, 200),
      });
    }
    const date = row?.PacketDate ? Date.parse(`${row.PacketDate.replace(' ', 'T')}Z`) : null;
    if (row && (date === null || date >= oldest)) yield rowOf(account.settings, row);
  }
  if (reader.missing(NEEDED) === null) throw new Problem('provider_error', 'ASSIST sent an empty report');
}

/**
 * Asks for the report and reads it.
 * @throws Problem provider_unreachable, also when it breaks off; provider_error when it is something else than a report.
 */
export async function* reportRows(question: ReportQuery<AssistSettings>): AsyncGenerator<ReportRow> {
  const { account } = question;
  const { merchant_id, login = '', password = '' } = account.settings;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await question.fetch(
      atOrigin(`${server(account)}/results/results.cfm`, account.endpoints.api),
      {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          Shop_ID: merchant_id,
          Login: login,
          PASSWORD: password,
          Header1: '1',
        }).toString(),
        signal: abort.signal,
      },
    );
    if (response.status !== 200 || !response.body)
      throw new Problem('provider_error', `ASSIST answered ${response.status}`);
    yield* rowsOf(response.body, question);
  } catch (cause) {
    throw cause instanceof Problem
      ? cause
      : new Problem('provider_unreachable', 'ASSIST did not answer, or broke off', { cause });
  } finally {
    clearTimeout(timer);
  }
}
