/** A page for each error, at the address that its `type` has. */
import type { ApiDocument } from '../../http/reference/document.ts';
import { PROBLEM_WORDS } from '../../http/words.ts';
import { PROBLEMS, type ProblemCode } from '../../payments/errors.ts';
import { codeHtml, escaped, tableHtml } from './markdown.ts';
import type { SitePage } from './page.tsx';
import { callSlug } from './reference.ts';
import { coded } from './schema-table.ts';

const SECTION = 'Errors';

/** What to do about each: one or two sentences for whoever reads the answer. */
const WHAT_TO_DO: Readonly<Record<ProblemCode, string>> = {
  invalid_request:
    '`errors` names each field with what is wrong with it. Mend the request; sent again as it is, it fails again.',
  unauthorized:
    'Send `Authorization: Bearer` with the API key of the shop under /v1, and with an operator’s token under /v1/admin. A key that was rotated works until its grace ends.',
  forbidden:
    '`detail` says what is not allowed: the shop is switched off, the account is not one of its accounts, or the role of the operator does not have this permission. An operator changes it.',
  not_found: 'Check the id and the key: what belongs to another shop is not found either.',
  method_not_allowed: 'The header `Allow` names the methods that the address takes.',
  reference_conflict:
    'Of a payment: use a new reference for a new order. If the order has changed and nobody was sent to a bank yet, send `replace: true`. `payment` is the payment that has the reference. Of a capture, cancel or refund: the Idempotency-Key was used for another one of this payment; use a new key for each.',
  conflict_version:
    'Read the payment, decide again with what it says now, and send its new version in `If-Match`.',
  expired: 'Begin again from `after`, and read the payments that you know for what was in between.',
  invalid_state:
    '`detail` says which status the payment has, or what stands against the change of an account or a shop. Nothing was changed.',
  payload_too_large: 'Send less. The limit of most bodies is 64 KiB, of `extraData` 4 KiB.',
  unsupported_currency: 'Name an account that takes the currency: `GET /v1/accounts?currency=` lists them.',
  unsupported_operation:
    '`detail` says whether the provider cannot do it at all, or which setting of the account is missing.',
  amount_out_of_range:
    'For a refund or capture: read `amounts` of the payment, and ask for no more than is there. For a payment: `detail` names the limit of the provider.',
  rate_limited: 'Wait for the seconds in `Retry-After`, then send the same request again.',
  internal_error:
    'Send the same request again: the same reference or Idempotency-Key is carried out once. If it stays, give the operator the header `X-Request-Id`.',
  misconfigured: 'The operator mends it: `detail` names the variable or setting that is missing.',
  unavailable:
    'Nothing was changed. Wait for the seconds in `Retry-After`, then send the same request again.',
  provider_error:
    '`provider.code` and `provider.text` are the words of the bank. Look them up on the page of the provider; most need a setting to be mended, or a contract. Where `operation.state` is `unknown`, the capture, cancel or refund may have been carried out: it is looked up at the bank, and a webhook tells the result. Do not ask for it again, and give nothing back by hand.',
  provider_unreachable:
    'For a payment: try again, or another account. A capture, cancel or refund whose `operation.state` is `unknown` may have been carried out: it is looked up at the bank, and a webhook tells the result. Do not ask for it again.',
};

/** The calls that may answer with an error, by their pages. */
function callsWith(code: string, document: ApiDocument): readonly string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { responses }]) =>
        Object.values(responses).some(({ description }) => new RegExp(`(?:^| )${code}: `).test(description)),
      )
      .map(
        ([method]) =>
          `<a href="/docs/${callSlug(method, path)}"><code>${method.toUpperCase()} ${escaped(path)}</code></a>`,
      ),
  );
}

/** Codes that nearly every call has: a list of them says nothing. */
const EVERYWHERE = new Set([
  'unauthorized',
  'rate_limited',
  'unavailable',
  'forbidden',
  'internal_error',
  'misconfigured',
]);

function errorPage(code: ProblemCode, document: ApiDocument): SitePage {
  const { status, title } = PROBLEMS[code];
  const example = {
    type: `http://localhost:8787/docs/errors/${code}`,
    title,
    status,
    detail: '...',
    code,
    ...(code === 'invalid_request' && { errors: [{ path: 'amount', message: 'has to be a whole number' }] }),
    ...(code === 'reference_conflict' && { payment: '7ZK0M3Q9T2V8XW4B', differences: ['amount'] }),
    ...(code === 'provider_error' && { provider: { code: '1234', text: 'the words of the bank' } }),
    ...(code === 'provider_unreachable' && { operation: { operation: 1, state: 'unknown' } }),
    ...(code === 'expired' && { after: '1042' }),
  };
  const calls = EVERYWHERE.has(code) ? [] : callsWith(code, document);
  const where =
    calls.length > 0 && calls.length < 60
      ? `<h2 id="where">Where it comes from</h2><ul>${calls.map((call) => `<li>${call}</li>`).join('')}</ul>`
      : '<h2 id="where">Where it comes from</h2><p>Most calls may answer with it.</p>';
  return {
    slug: `errors/${code}`,
    title: code,
    label: code,
    section: SECTION,
    body: `<h1>${code}</h1><p class="lead">${escaped(title)}.</p><p><span class="pill">HTTP ${status}</span></p>
<h2 id="means">What it means</h2><p>${coded(PROBLEM_WORDS[code])}</p>
<h2 id="do">What to do</h2><p>${coded(WHAT_TO_DO[code])}</p>
<h2 id="answer">The answer</h2>${codeHtml('json', JSON.stringify(example, null, 2), 'Output')}
<p>It is a problem document (RFC 9457, <code>application/problem+json</code>). <code>code</code> is for programs, <code>detail</code> for people. The header <code>X-Request-Id</code> names the request in the log of the operator.</p>${where}`,
    headings: [
      { level: 2, id: 'means', text: 'What it means' },
      { level: 2, id: 'do', text: 'What to do' },
      { level: 2, id: 'answer', text: 'The answer' },
      { level: 2, id: 'where', text: 'Where it comes from' },
    ],
    words: { '': `${title} ${PROBLEM_WORDS[code]} ${status}`, do: WHAT_TO_DO[code] },
  };
}

/** The pages of all errors, and the list of them. */
export function errorPages(document: ApiDocument): readonly SitePage[] {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const rows = codes.map((code) => [
    `<a href="/docs/errors/${code}"><code>${code}</code></a>`,
    String(PROBLEMS[code].status),
    coded(PROBLEM_WORDS[code]),
  ]);
  const index: SitePage = {
    slug: 'errors',
    title: 'Errors',
    label: 'All errors',
    section: SECTION,
    body: `<h1>Errors</h1><p class="lead">Every error is a problem document with a <code>type</code>, which leads to its page here, and a <code>code</code>, which a program acts by.</p>
<p>What is sent again with the same reference, or the same <code>Idempotency-Key</code>, is done once. So an answer that never came may be asked for again.</p>${tableHtml(['Code', 'Status', 'Meaning'], rows, 'Errors')}`,
    headings: [],
    words: { '': 'problem document RFC 9457 error codes' },
    withoutOutline: true,
  };
  return [index, ...codes.map((code) => errorPage(code, document))];
}
