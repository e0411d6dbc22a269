/**
 * The report of the last three days (legacy), results.cfm: a CSV of bills, in UTF-8 or windows-1251, read as it arrives.
 *
 * Facts: SHEET.md, "After payment, legacy". A row is left out where its packet date is surely older than what was read before.
 * A row without a date is always read.
 */
import { Problem } from '../../payments/errors.ts';
import type { Report, ReportQuery, ReportRow } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { FORM } from '../kit/form-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { assistDate, isoMilliseconds } from './dates.ts';
import { pushUpdate } from './push.ts';
import { hasForm } from './received.ts';
import { ReportReader } from './report-rows.ts';
import { type AssistSettings, assistServer, isLegacy } from './settings.ts';
import { billMeaning } from './statuses.ts';
import { utf8Or1251 } from './windows-1251.ts';

/** ASSIST shuts out a shop that asks more often. */
const REPORT_EVERY_SECONDS = 600;

/** From the first byte to the last. */
const TIMEOUT_MS = 120_000;

/** In bytes. No row is that long, so what has such a line is no report. */
const LINE_LIMIT = 64 * 1024;

/** Packet dates may be a little out of order. */
const OVERLAP_MS = 3_600_000;

const NEEDED = ['OrderNumber', 'BillNumber', 'Status', 'Total', 'Currency'];

const LINE_FEED = 0x0a;

/** Decodes line by line: the first bytes do not tell whether a report is UTF-8. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = new Uint8Array();
  for await (const chunk of body) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      yield utf8Or1251(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > LINE_LIMIT) throw providerError('the report of ASSIST has a line without an end');
  }
  if (rest.length > 0) yield utf8Or1251(rest);
}

/** What a row says, or what is wrong with it. Orders of other software at the same shop number are left alone. */
function rowOf(settings: AssistSettings, row: Readonly<Record<string, string>>): ReportRow {
  const cursor = row.PacketDate ?? null;
  if (!hasForm('OrderNumber', row.OrderNumber)) return { update: null, problem: null, cursor };
  const wrong =
    ['Total', 'Currency', 'BillNumber'].find((name) => !hasForm(name, row[name])) ??
    (billMeaning(row.Status ?? '') ? null : 'Status');
  if (wrong)
    return {
      update: null,
      problem: `${row.OrderNumber}: ${wrong} is ${JSON.stringify((row[wrong] ?? '').slice(0, 100))}`,
      cursor,
    };
  const values = new Map(Object.entries(row));
  // A push of the same bill has the date as ASSIST writes it, and its answer has to repeat it.
  if (cursor) values.set('PacketDate', assistDate(cursor));
  return { update: pushUpdate(settings, values, 'report'), problem: null, cursor };
}

async function* rowsOf(
  body: ReadableStream<Uint8Array>,
  { account, after }: ReportQuery<AssistSettings>,
): AsyncGenerator<ReportRow> {
  const oldest = after ? isoMilliseconds(after) - OVERLAP_MS : 0;
  const reader = new ReportReader();
  for await (const line of linesOf(body)) {
    const isHeader = reader.missing(NEEDED) === null;
    const row = reader.row(line);
    const missing = isHeader ? (reader.missing(NEEDED) ?? []) : [];
    if (missing.length > 0) {
      throw providerError(`ASSIST sent no report: ${missing.join(', ')} is missing`, line.slice(0, 200));
    }
    if (row && reader.isShifted) {
      // A semicolon in a text moves all that follows into other columns.
      const problem = `${row.OrderNumber}: the row has not the columns of its header`;
      const isOurs = hasForm('OrderNumber', row.OrderNumber);
      yield { update: null, problem: isOurs ? problem : null, cursor: null };
      continue;
    }
    const date = row?.PacketDate ? isoMilliseconds(row.PacketDate) : null;
    if (row && (date === null || date >= oldest)) yield rowOf(account.settings, row);
  }
  if (reader.missing(NEEDED) === null) throw providerError('ASSIST sent an empty report');
}

/**
 * Requests the report and reads it.
 * @throws Problem provider_unreachable, also when it breaks off; provider_error when it is something else than a report.
 */
async function* reportRows(query: ReportQuery<AssistSettings>): AsyncGenerator<ReportRow> {
  const { account } = query;
  const { merchant_id, login = '', password = '' } = account.settings;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await query.fetch(
      atOrigin(`${assistServer(account)}/results/results.cfm`, account.endpoints.api),
      {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': FORM },
        body: new URLSearchParams({
          Shop_ID: merchant_id,
          Login: login,
          PASSWORD: password,
          Header1: '1',
        }).toString(),
        signal: abort.signal,
      },
    );
    if (response.status !== 200 || !response.body) throw providerError(`ASSIST answered ${response.status}`);
    yield* rowsOf(response.body, query);
  } catch (cause) {
    throw cause instanceof Problem
      ? cause
      : new Problem('provider_unreachable', 'ASSIST did not answer, or broke off', { cause });
  } finally {
    clearTimeout(timer);
  }
}

export const assistReport: Report<AssistSettings> = {
  everySeconds: REPORT_EVERY_SECONDS,
  applies: (settings) => isLegacy(settings) && Boolean(settings.login && settings.password),
  rows: reportRows,
};
