/** The operator's routes for reconciliation: a file in pieces, how it is read, what came of it, marks, and asking the provider. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import type { ListedReconciliation } from '../../directory/reconciliations.ts';
import { requireZone } from '../../gateway/books.ts';
import { askAbout, beginReconciliation, done, listedReconciliations } from '../../gateway/reconciliations.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { LARGEST_PIECE } from '../../payments/reconciled.ts';
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../signing/bytes.ts';
import type { AppEnv } from '../app-env.ts';
import { jsonBody, optionalJsonBody, queryOf, rawBody } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { readReconciliation, reconciliationIn, shownReconciliation } from './reconciliation-answers.ts';

const LISTED = 50;

const ASKED = 5;

/** A call before the one of an example: it makes a reconciliation, and gives it a file of one line. */
const MAKING =
  'RECONCILIATION=$(curl -sf "$BASE/v1/admin/reconciliations" -H "Authorization: Bearer $ADMIN_TOKEN" -d \'{"account":"docs-ogone","preset":"postfinance"}\' | sed \'s/.*"id":"\\([0-9a-f]*\\)".*/\\1/\') && printf "Id;REF;ORDER;STATUS;TOTAL\\n1;X;01/11/2026;9;1,00\\n" | curl -sf -X PUT "$BASE/v1/admin/reconciliations/$RECONCILIATION/file" -H "Authorization: Bearer $ADMIN_TOKEN" --data-binary @- > /dev/null';

type ColumnsInput = v.InferOutput<typeof schemas.reconciliationColumns>;

const zoneIn = ({ timeZone }: Pick<ColumnsInput, 'timeZone'>) =>
  timeZone === undefined ? null : requireZone(timeZone);

/** The number of a result in the path. */
function lineIn(c: Context<AppEnv>): number {
  const text = c.req.param('line') ?? '';
  if (!/^\d{1,9}$/.test(text)) throw new Problem('not_found', 'there is no such line');
  return Number(text);
}

const listCursor = ({ createdAt, id }: ListedReconciliation) => base64url(utf8(`${createdAt} ${id}`));

function listPlace(text: string): { readonly createdAt: string; readonly id: string } {
  const bytes = fromBase64url(text);
  const [, createdAt, id] =
    /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}Z) ([0-9a-f]{16})$/.exec((bytes && fromUtf8(bytes)) ?? '') ?? [];
  if (createdAt === undefined || id === undefined)
    throw invalidField('cursor', 'is not a cursor of this list');
  return { createdAt, id };
}

/** Sets or takes a mark. */
async function markRoute(
  c: Context<AppEnv>,
  reason: string | null,
  comparison: number | undefined,
): Promise<Response> {
  const service = c.get('service');
  const by = operatorOf(c);
  const number = lineIn(c);
  const { listed, client } = await reconciliationIn(c);
  const at = new Date(service.now()).toISOString();
  const mark = reason === null ? null : { reason, by: by.actorName ?? by.actor, at };
  const answer = await client.mark(number, mark, comparison ?? null);
  if (!answer) throw new Problem('not_found', 'there is no such line');
  const marked = done(answer);
  await service.directory.reconciliations.putMark(listed, marked, reason, by);
  return c.json({ number, mark });
}

export function reconciliationRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/reconciliations',
    documented({
      summary: 'List the reconciliations, the newest first',
      description: 'They are kept for 400 days.',
      auth: 'operator',
      permission: 'view',
      query: schemas.reconciliationsQuery,
      success: { 200: schemas.reconciliationList },
      errors: ['invalid_request'],
      example: { query: 'account=docs-ogone' },
    }),
    async (c) => {
      const { account, limit, cursor } = queryOf(c, schemas.reconciliationsQuery);
      const size = Number(limit ?? LISTED);
      const data = await listedReconciliations(
        c.get('service'),
        operatorOf(c).scope,
        account ?? null,
        cursor === undefined ? null : listPlace(cursor),
        size,
      );
      const last = data.at(-1);
      return c.json({ data, nextCursor: data.length === size && last ? listCursor(last) : null });
    },
  );

  routes.post(
    '/v1/admin/reconciliations',
    documented({
      summary: "Begin a reconciliation of an account with a provider's file",
      description:
        'The file comes with the next call. What it says changes no payment: it is compared with the movements of money that the ledgers have.',
      auth: 'operator',
      permission: 'refund',
      body: schemas.reconciliationOrder,
      success: { 201: schemas.reconciliation },
      errors: ['invalid_request', 'not_found', 'payload_too_large', 'unsupported_operation'],
      example: { body: { account: 'docs-ogone', preset: 'postfinance', fileName: 'november.csv' } },
    }),
    async (c) => {
      const body = await jsonBody(c, schemas.reconciliationOrder);
      const { account, tolerance = null, from = null, to = null } = body;
      const { listed, info } = await beginReconciliation(
        c.get('service'),
        operatorOf(c),
        { account, said: body, timeZone: zoneIn(body), tolerance, from, to },
        body.fileName ?? '',
      );
      return c.json(shownReconciliation(listed, info, [], null), 201);
    },
  );

  routes.put(
    '/v1/admin/reconciliations/:id/file',
    documented({
      summary: 'Send the file, whole or in pieces',
      description:
        'The body is the file, or a piece of it with `Content-Range: bytes 0-1048575/5000000`; a piece has 8 MiB at most, a file 50 MB and 500,000 lines. Pieces come in order; `file.received` says where the next one begins, also after a connection was lost. With the last one the file is read and compared.',
      auth: 'operator',
      permission: 'refund',
      file: true,
      headers: {
        'Content-Range': 'Where the piece stands in the file; left out: the body is the whole file.',
      },
      success: { 200: schemas.reconciliation },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large', 'unsupported_operation'],
      example: {
        path: { id: '$RECONCILIATION' },
        bytes: 'SWQ7UkVGO09SREVSO1NUQVRVUztUT1RBTAoxO1g7MDEvMTEvMjAyNjs5OzEsMDAK',
        before: MAKING,
      },
    }),
    async (c) => {
      const bytes = await rawBody(c.req.raw, LARGEST_PIECE);
      const { listed, client, seen } = await reconciliationIn(c);
      const range = c.req.header('content-range') ?? null;
      return c.json(shownReconciliation(listed, seen(done(await client.put({ range, bytes }))), [], null));
    },
  );

  routes.get(
    '/v1/admin/reconciliations/:id',
    documented({
      summary: 'Read a reconciliation: how far it is, its sums, its lines',
      auth: 'operator',
      permission: 'view',
      query: schemas.reconciliationQuery,
      success: { 200: schemas.reconciliation },
      errors: ['invalid_request', 'not_found', 'unsupported_operation'],
      example: {
        path: { id: '$RECONCILIATION' },
        query: 'limit=50',
        before: MAKING,
      },
    }),
    readReconciliation,
  );

  routes.put(
    '/v1/admin/reconciliations/:id/columns',
    documented({
      summary: 'Say how the file is to be read, and read it again',
      description:
        'As a known file, or by `columns`. `keep` keeps them for the next files of the account, once this one was read by them.',
      auth: 'operator',
      permission: 'refund',
      body: schemas.reconciliationColumns,
      success: { 200: schemas.reconciliation },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large', 'unsupported_operation'],
      example: {
        path: { id: '$RECONCILIATION' },
        body: {
          columns: { providerReference: 'Id', order: 'REF', amount: 'TOTAL', date: 'ORDER' },
          decimal: 'comma',
          dates: 'dmy',
          currency: 'EUR',
        },
        before: MAKING,
      },
    }),
    async (c) => {
      const body = await jsonBody(c, schemas.reconciliationColumns);
      const { listed, client, seen } = await reconciliationIn(c);
      const { actor, actorName, address, request } = operatorOf(c);
      const keeper = body.keep ? { actor, actorName, address, request } : null;
      const info = done(await client.map(body, zoneIn(body), body.tolerance ?? null, keeper));
      return c.json(shownReconciliation(listed, seen(info), [], null));
    },
  );

  routes.post(
    '/v1/admin/reconciliations/:id/compare',
    documented({
      summary: 'Compare the file again with what the ledgers have now',
      auth: 'operator',
      permission: 'refund',
      optionalBody: schemas.nothing,
      success: { 200: schemas.reconciliation },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large', 'unsupported_operation'],
      example: { path: { id: '$RECONCILIATION' }, before: MAKING },
    }),
    async (c) => {
      await optionalJsonBody(c, schemas.nothing);
      const { listed, client, seen } = await reconciliationIn(c);
      return c.json(shownReconciliation(listed, seen(done(await client.compare())), [], null));
    },
  );

  routes.post(
    '/v1/admin/reconciliations/:id/ask',
    documented({
      summary: 'Ask the provider about payments of differences',
      description:
        'As `refresh` does, a few payments at a time, one a second. Call it again while `left` is not 0, after `retryAfter`. What cannot be asked is settled by a person, at the payment.',
      auth: 'operator',
      permission: 'refund',
      optionalBody: schemas.reconciliationAsk,
      success: { 200: schemas.reconciliationAsked },
      errors: ['invalid_request', 'not_found', 'payload_too_large', 'unsupported_operation'],
      example: { path: { id: '$RECONCILIATION' }, body: { limit: 2 }, before: MAKING },
    }),
    async (c) => {
      const { limit } = await optionalJsonBody(c, schemas.reconciliationAsk);
      const found = await reconciliationIn(c);
      const { asked, retryAfter } = await askAbout(c.get('service'), found, limit ?? ASKED, operatorOf(c));
      const info = await found.client.info();
      return c.json({ data: asked, left: info?.toAsk ?? 0, retryAfter });
    },
  );

  routes.put(
    '/v1/admin/reconciliations/:id/lines/:line/mark',
    documented({
      summary: 'Mark a difference, with a reason',
      description: 'The mark stays when a newer file of the account is compared.',
      auth: 'operator',
      permission: 'refund',
      body: schemas.reconciliationMark,
      success: { 200: schemas.markedLine },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large', 'unsupported_operation'],
      example: {
        path: { id: '$RECONCILIATION', line: '1' },
        body: { reason: 'Paid at the counter, with the provider’s own terminal.' },
        before: MAKING,
      },
    }),
    async (c) => {
      const { reason, comparison } = await jsonBody(c, schemas.reconciliationMark);
      return markRoute(c, reason, comparison);
    },
  );

  routes.delete(
    '/v1/admin/reconciliations/:id/lines/:line/mark',
    documented({
      summary: 'Take a mark away',
      auth: 'operator',
      permission: 'refund',
      query: schemas.reconciliationUnmark,
      success: { 200: schemas.markedLine },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'unsupported_operation'],
      example: { path: { id: '$RECONCILIATION', line: '1' }, before: MAKING },
    }),
    (c) => {
      const { comparison } = queryOf(c, schemas.reconciliationUnmark);
      return markRoute(c, null, comparison === undefined ? undefined : Number(comparison));
    },
  );

  routes.delete(
    '/v1/admin/reconciliations/:id',
    documented({
      summary: 'Delete a reconciliation with its file',
      description: 'Marks stay, for other files.',
      auth: 'operator',
      permission: 'refund',
      success: { 204: 'Deleted.' },
      errors: ['invalid_request', 'not_found', 'unsupported_operation'],
      example: { path: { id: '$RECONCILIATION' }, before: MAKING },
    }),
    async (c) => {
      const { listed, client } = await reconciliationIn(c);
      await c.get('service').directory.reconciliations.drop(listed, operatorOf(c));
      await client.forget();
      return c.body(null, 204);
    },
  );

  return routes;
}
