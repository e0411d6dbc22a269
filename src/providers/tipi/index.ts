/**
 * TIPI, today PayFiP (DGFiP, French public finances): payments to local authorities, in euros, without any signature.
 *
 * - Web service (the secure way, the default): a SOAP call creates the payment and gives an idop, good for one visit within 15 minutes;
 *   what comes back names only the idop, and the result is fetched by another call and compared with what was asked.
 * - URL form: amount and result travel in plain, unsigned addresses. Its result is a claim of the browser: the payment stays pending and
 *   the log says so, unless the operator trusts it for this account (`trust_unsigned_notification`).
 *
 * Facts: DGFiP guide "PayFiP Régie, web service" version 19; the tests of Entr'ouvert's eopayment (payfip_ws); eopayment's tipi.py.
 *
 * Safe readings of what is unverified: no retry of the notification is assumed, so every unfinished idop is asked about until 20 minutes
 * after its creation and once more; a test (T, X) on an account in production is refused; the financial year is the current one unless
 * the shop gives `exer`.
 */

import { XMLParser } from 'fast-xml-parser';
import * as v from 'valibot';
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm, parseForm } from '../../signing/form.ts';
import {
  type Acknowledgement,
  defineProvider,
  type Hint,
  type Json,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type StartedAttempt,
  type StartRequest,
  type StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { textFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const settings = v.object({
  mode: v.optional(
    v.pipe(
      v.picklist(['webservice', 'url']),
      shown({
        title: 'Way of paying',
        description: 'The web service; the URL form has no proof of payment.',
      }),
    ),
    'webservice',
  ),
  numcli: v.pipe(
    pattern(/^\d{6}$/, 'has 6 digits, leading zeros included'),
    shown({ title: 'Client number', description: 'Given by the DGFiP.' }),
  ),
  saisie: v.optional(
    v.pipe(
      v.picklist(['T', 'X', 'W', 'A', 'M']),
      shown({
        title: 'Kind of entry',
        description: 'T test, X activation, W production by web service; A or M production by URL form.',
      }),
    ),
    'T',
  ),
  service_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), shown({ title: 'Address of the URL form' })),
    'https://www.payfip.gouv.fr/tpa/paiement.web',
  ),
  ws_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), shown({ title: 'Address of the web service' })),
    'https://www.payfip.gouv.fr/tpa/services/securite',
  ),
  trust_unsigned_notification: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Trust unsigned results',
        description:
          'URL form only. WARNING: anybody who knows an address can then mark a debt as paid; leave it off unless a person compares with the accountant’s journal.',
      }),
    ),
    false,
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- The web service --------------------------------------------------------------------------------------

const NAMESPACE =
  'http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** A SOAP 1.1 request; the elements inside are unqualified, in the order given. */
function envelope(operation: string, fields: Iterable<readonly [string, string]>): string {
  const inner = [...fields].map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('');
  return `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:pai="${NAMESPACE}"><soapenv:Header/><soapenv:Body><pai:${operation}><arg0>${inner}</arg0></pai:${operation}></soapenv:Body></soapenv:Envelope>`;
}

const xml = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreAttributes: true,
  trimValues: true,
});

type Members = Readonly<Record<string, string>>;

/** An answer: what it returns, or the fault that it is. */
type SoapAnswer =
  | { readonly kind: 'return'; readonly values: Members }
  | { readonly kind: 'fault'; readonly code: string; readonly fault: string; readonly text: string };

function members(value: unknown): Members {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, typeof member === 'string' ? member : '']),
  );
}

/**
 * Reads an answer, whatever its HTTP status.
 * @throws Problem provider_error when it is no SOAP.
 */
function readAnswer(body: string): SoapAnswer {
  const tree = body.includes('<!DOCTYPE') ? {} : (parsed(body) as Record<string, never>);
  const soap = (tree as { Envelope?: { Body?: Record<string, unknown> } }).Envelope?.Body;
  if (typeof soap !== 'object' || soap === null) {
    throw new Problem('provider_error', 'PayFiP answered something that is no SOAP', { cause: body });
  }
  const fault = soap.Fault as { readonly detail?: Record<string, unknown> } | undefined;
  if (fault) {
    const [name, detail] = Object.entries(fault.detail ?? {})[0] ?? ['', {}];
    const { code = '', libelle = '', message = '' } = members(detail);
    return { kind: 'fault', code, fault: name, text: libelle || message };
  }
  const response = Object.values(soap)[0] as { readonly return?: unknown } | undefined;
  return { kind: 'return', values: members(response?.return) };
}

function parsed(body: string): unknown {
  try {
    return xml.parse(body);
  } catch {
    return {};
  }
}

async function call(
  account: { readonly settings: Settings; readonly endpoints: { readonly api?: string | undefined } },
  fetcher: typeof fetch,
  operation: string,
  fields: Iterable<readonly [string, string]>,
): Promise<SoapAnswer> {
  const { text: answer } = await callApi(fetcher, atOrigin(account.settings.ws_url, account.endpoints.api), {
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
    body: envelope(operation, fields),
  });
  return readAnswer(answer);
}

/** Faults that say something about the payment; the others are technical or mistakes of the request. */
const OVER = new Set(['P1', 'P4']);
const NOT_YET = new Set(['P5', 'P3']);

/** After this long an idop of which nothing is known cannot be paid any more, in minutes. */
const IDOP_LIFE_MINUTES = 20;

/** What a fault means: a status, or null where it is no news. */
function faultStatus(operation: string, code: string, fault: string, ageMinutes: number): Status | null {
  if (fault.startsWith('Tech') || code === '999') return null;
  if (operation === 'creerPaiementSecurise') return 'error';
  if (OVER.has(code)) return 'expired';
  if (code === 'P5') return ageMinutes < IDOP_LIFE_MINUTES ? 'pending' : 'expired';
  return null;
}

const RESULTS: Readonly<Record<string, Outcome>> = {
  P: 'paid',
  V: 'paid',
  R: 'denied',
  Z: 'denied',
  A: 'cancelled',
};

function resultOf(code: string): Outcome {
  return RESULTS[code] ?? 'error';
}

/** What a detail has to be about. */
interface Asked {
  readonly idOp: string;
  readonly numcli: string;
  readonly refdet: string;
}

/** Why a detail is about another payment, or null. */
function mismatchOf(detail: Members, asked: Asked): string | null {
  const name = (['idOp', 'numcli', 'refdet'] as const).find((one) => detail[one] !== asked[one]);
  return name ? `the detail has another ${name}` : null;
}

function cents(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

// --- Texts and addresses ----------------------------------------------------------------------------------

const OBJET_LENGTH = 100;

/** ASCII letters, digits and single spaces; apostrophes and hyphens become spaces. Anything else is a fault. */
function normalisedObjet(value: string): string {
  return value
    .normalize('NFKD')
    .replace(/['’-]/g, ' ')
    .replace(/[^A-Za-z0-9\s]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, OBJET_LENGTH)
    .trim();
}

function addressOf(page: string, fields: Iterable<readonly [string, string]>): string {
  return `${page}?${encodeForm(fields, charset('utf-8')) ?? ''}`;
}

// --- Recipes: nothing is signed ---------------------------------------------------------------------------

/** A message's parameters, names in lower case. */
function lowerFields(bytes: Uint8Array): Map<string, string> | null {
  const fields = parseForm(bytes);
  if (!fields) return null;
  return new Map(fields.map(({ name, value }) => [readable(name).toLowerCase(), readable(value)]));
}

function claimOf(values: ReadonlyMap<string, string>): string | null {
  const result = values.get('resultrans');
  return result && values.has('refdet') ? resultOf(result) : null;
}

function wholeFields(input: RecipeInput): [string, string][] {
  return textFields(input).map(([name, value]) => [name, value]);
}

/** An answer as a vector describes it. */
function answerCase(given: Partial<Settings>, input: RecipeInput): Readonly<Record<string, Json>> {
  const answer = readAnswer(input.raw ?? '');
  const operation = String(input.rest?.operation ?? '');
  if (answer.kind === 'fault') {
    const age = Number(input.rest?.idop_age_minutes ?? 0);
    const status = faultStatus(operation, answer.code, answer.fault, age);
    return { valid: false, fields: { code: answer.code, fault: answer.fault }, ...(status && { status }) };
  }
  const { values } = answer;
  if (operation === 'creerPaiementSecurise') {
    return {
      valid: Boolean(values.idOp),
      fields: { ...values, redirect: paymentPage(given, values.idOp ?? '') },
    };
  }
  const expect = input.rest?.expect as (Asked & { readonly montant: string }) | undefined;
  if (!expect) return { valid: true, fields: values };
  if (mismatchOf(values, expect)) return { valid: false, fields: values };
  const outcome = resultOf(values.resultrans ?? '');
  const less = outcome === 'paid' && (cents(values.montant) ?? 0) < Number(expect.montant);
  return { valid: true, fields: values, status: less ? 'partially_paid' : outcome };
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-url': {
    kind: 'address',
    address: (given, input) =>
      addressOf(given.service_url ?? v.getDefault(settings.entries.service_url) ?? '', textFields(input)),
  },
  'notification-unsigned': {
    kind: 'case',
    answer: (_given, input) => {
      const values = lowerFields(new TextEncoder().encode(input.raw ?? '')) ?? new Map<string, string>();
      return { valid: false, claims: claimOf(values), fields: Object.fromEntries(values) };
    },
  },
  'api-request': {
    kind: 'body',
    body: (_given, input) => envelope(String(input.rest?.operation ?? ''), wholeFields(input)),
  },
  'api-response': { kind: 'case', answer: answerCase },
  'api-fault': { kind: 'case', answer: answerCase },
  'text-normalisation': {
    kind: 'case',
    answer: (_given, input) => {
      const { in: given = '' } = (input.fields ?? {}) as { readonly in?: string };
      return { fields: { in: given, out: normalisedObjet(given) } };
    },
  },
};

// --- Start ------------------------------------------------------------------------------------------------

/** The limits of the two ways, in cents. */
const URL_LIMIT = 999_999;
const WEB_SERVICE_LIMIT = 9_999_999;
const WEB_SERVICE_LEAST = 100;

/** What a shop may give: a title's own reference and year, and its label. */
const OWN_FIELDS: Readonly<Record<string, RegExp>> = {
  refdet: /^[A-Za-z0-9]{6,30}$/,
  exer: /^\d{4}$/,
  objet: /^[A-Za-z0-9 ]{1,100}$/,
};

function requireOwnFields(fields: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fields)) {
    const form = OWN_FIELDS[name];
    if (!form) throw invalidField(`providerFields.${name}`, 'is not a field that a shop may give');
    if (!form.test(value)) throw invalidField(`providerFields.${name}`, 'has a form that PayFiP refuses');
  }
}

function requireAmount(given: Settings, amount: number): void {
  const most = given.mode === 'url' ? URL_LIMIT : WEB_SERVICE_LIMIT;
  const least = given.mode === 'url' ? 1 : WEB_SERVICE_LEAST;
  if (amount >= least && amount <= most) return;
  throw new Problem('amount_out_of_range', `PayFiP takes ${least} to ${most} cents this way`, {
    errors: [{ path: 'amount', message: `is not between ${least} and ${most}` }],
  });
}

function emailOf({ payment }: StartRequest<Settings>): string {
  const mel = payment.customer.email ?? '';
  if (mel.length < 6 || mel.length > 80 || !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(mel)) {
    throw invalidField('customer.email', 'PayFiP wants an address of 6 to 80 characters');
  }
  return mel;
}

/** Our address with the order in it: what comes back names nothing that leads to a payment. */
function withOrder(url: string, order: string): string {
  return addressWithin(249, `${url}?o=${order}`);
}

interface Debt {
  readonly exer: string;
  readonly mel: string;
  readonly montant: string;
  readonly objet: string;
  readonly refdet: string;
}

function debtOf(request: StartRequest<Settings>): Debt {
  const { payment, order, now } = request;
  const { providerFields, description } = payment;
  return {
    exer: providerFields.exer ?? String(now.getUTCFullYear()),
    mel: emailOf(request),
    montant: String(payment.amount),
    objet: providerFields.objet ?? (normalisedObjet(description ?? '') || order),
    refdet: providerFields.refdet ?? order,
  };
}

/** Where the shopper goes with an idop. */
function paymentPage(given: Partial<Settings>, idOp: string): string {
  const page = given.service_url ?? v.getDefault(settings.entries.service_url) ?? '';
  return `${page.replace(/paiement\.web$/, 'paiementws.web')}?idop=${encodeURIComponent(idOp)}`;
}

/** An idop is good for 15 minutes; the shopper needs one of them to get there. */
const GOOD_FOR_SECONDS = 14 * 60;

async function create(request: StartRequest<Settings>): Promise<StartedAttempt> {
  const { account, urls, order, fetch: fetcher } = request;
  const { settings: given } = account;
  const { exer, mel, montant, objet, refdet } = debtOf(request);
  const answer = await call(account, fetcher, 'creerPaiementSecurise', [
    ['exer', exer],
    ['mel', mel],
    ['montant', montant],
    ['numcli', given.numcli],
    ['objet', objet],
    ['refdet', refdet],
    ['saisie', given.saisie],
    ['urlnotif', withOrder(urls.callback, order)],
    ['urlredirect', withOrder(urls.back, order)],
  ]);
  if (answer.kind === 'fault') {
    throw new Problem('provider_error', `PayFiP refused the payment: ${answer.code} ${answer.text}`, {
      cause: answer,
    });
  }
  const { idOp = '' } = answer.values;
  if (!/^[\w-]{8,64}$/.test(idOp))
    throw new Problem('provider_error', 'PayFiP gave no idop', { cause: answer });
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(paymentPage(given, idOp), account.endpoints.page) },
    providerState: { idOp, refdet },
    goodForSeconds: GOOD_FOR_SECONDS,
    queryAfterSeconds: 5 * 60,
  };
}

function formAddress(request: StartRequest<Settings>): StartedAttempt {
  const { account, urls, order } = request;
  const { exer, mel, montant, objet, refdet } = debtOf(request);
  const url = addressOf(atOrigin(account.settings.service_url, account.endpoints.page), [
    ['numcli', account.settings.numcli],
    ['exer', exer],
    ['refdet', refdet],
    ['objet', objet],
    ['montant', montant],
    ['mel', mel],
    ['saisie', account.settings.saisie],
    ['urlcl', withOrder(urls.callback, order)],
  ]);
  return { redirect: { kind: 'url', method: 'GET', url }, providerState: { refdet } };
}

// --- Notification -----------------------------------------------------------------------------------------

function parametersOf(request: ProviderRequest): Map<string, string> {
  const query = lowerFields(request.query);
  const body = lowerFields(request.body);
  if (!query || !body) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  return new Map([...query, ...body]);
}

/** A claim of the URL form: it moves no money by itself. */
function claimed(given: Settings, values: ReadonlyMap<string, string>): ProviderUpdate {
  const result = values.get('resultrans') ?? '';
  const refdet = values.get('refdet') ?? '';
  const claim = resultOf(result);
  const trusted = given.trust_unsigned_notification;
  const unproven = claim === 'paid' ? 'pending' : 'none';
  return {
    kind: 'update',
    order: values.get('o') ?? refdet,
    key: `${refdet}/${result}/${trusted ? 'trusted' : 'unsigned'}`,
    outcome: trusted ? claim : unproven,
    amount: cents(values.get('montant')),
    currency: null,
    movement: refdet,
    providerReference: values.get('numauto') || null,
    providerStatus: result,
    detail: trusted
      ? { unsigned: 'trusted, because trust_unsigned_notification is on' }
      : {
          claims: claim,
          unsigned:
            'nobody has signed this: it proves nothing; a person has to compare with the accountant’s journal',
        },
  };
}

function read(
  request: ProviderRequest,
  given: Settings,
  channel: 'notification' | 'return',
): ProviderUpdate | Hint | Acknowledgement {
  const values = parametersOf(request);
  if (given.mode === 'webservice') {
    const idop = values.get('idop') ?? '';
    if (!/^[\w-]{8,64}$/.test(idop)) throw new Refusal('field_missing', 'there is no idop');
    return { kind: 'hint', order: values.get('o') ?? null, about: {} };
  }
  if (channel === 'return') return { kind: 'acknowledgement', about: 'a return, which proves nothing' };
  if (!values.get('refdet') || !values.get('resultrans')) {
    throw new Refusal('field_missing', 'refdet and resultrans are both needed');
  }
  return claimed(given, values);
}

/** The result of an idop, compared with what was asked. */
async function ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
  const { account, providerState, order, now, startedAt, fetch: fetcher } = question;
  const { settings: given } = account;
  const { idOp, refdet = order } = providerState;
  if (!idOp) throw new Problem('unsupported_operation', 'the URL form has no web service to ask');
  const operation = 'recupererDetailPaiementSecurise';
  const answer = await call(account, fetcher, operation, [['idOp', idOp]]);
  const fact = (outcome: Outcome, code: string, detail: Members): ProviderUpdate => ({
    kind: 'update',
    order,
    key: `${idOp}/${code}`,
    outcome,
    amount: cents(detail.montant),
    currency: null,
    movement: idOp,
    providerReference: detail.numauto || idOp,
    providerStatus: code,
    detail: Object.fromEntries(
      ['dattrans', 'heurtrans', 'saisie', 'objet', 'exer'].flatMap((name) =>
        detail[name] ? [[name, detail[name]]] : [],
      ),
    ),
  });
  if (answer.kind === 'fault') {
    if (NOT_YET.has(answer.code) || OVER.has(answer.code)) {
      const age = (now.getTime() - startedAt.getTime()) / 60_000;
      const status = faultStatus(operation, answer.code, answer.fault, age);
      return status === 'expired' ? fact('expired', answer.code, {}) : null;
    }
    throw new Problem('provider_error', `PayFiP answered ${answer.code} ${answer.text}`, { cause: answer });
  }
  const detail = answer.values;
  const mismatch = mismatchOf(detail, { idOp, numcli: given.numcli, refdet });
  if (mismatch) throw new Refusal('wrong_account', mismatch);
  if (account.environment === 'production' && /^[TX]$/.test(detail.saisie ?? '')) {
    throw new Refusal('wrong_account', 'it was paid as a test, and the account is in production');
  }
  return fact(resultOf(detail.resultrans ?? ''), detail.resultrans ?? '', detail);
}

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  P: 'paid by card',
  V: 'paid by direct debit',
  R: 'card refused',
  Z: 'direct debit refused',
  A: 'abandoned by the shopper',
};

// --- The provider -----------------------------------------------------------------------------------------

export const tipi = defineProvider<typeof settings>({
  id: 'tipi',
  aliases: ['payfip'],
  caption: 'TIPI / PayFiP (DGFiP, French public finances)',
  countries: ['FR'],
  currencies: ['EUR'],
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: true,
    manualCapture: false,
    signedNotification: false,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  likelyCauses: [],
  statuses: legacyTable(
    Object.entries(RESULTS).map(([code, outcome]) => ({ code, outcome })),
    WORDS,
  ),
  requires: ['customer.email'],
  maxAmount: WEB_SERVICE_LIMIT,
  testOnly: false,
  // An idop is good for one visit.
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  deferred: ({ mode }) => mode === 'webservice',

  async start(request) {
    const given = request.account.settings;
    requireAmount(given, request.payment.amount);
    requireOwnFields(request.payment.providerFields);
    return given.mode === 'url' ? formAddress(request) : create(request);
  },

  queryStatus: ask,
  // Until the idop is 20 minutes old, and once more.
  queryPauses: [300, 300, 360, 3600],
  // Every idOp has its questions, and is purged at night.
  queryAfter: [],

  async notification(request, account, channel) {
    return read(request, account.settings, channel);
  },

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'PayFiP: nothing has to be entered, each payment names its addresses', value: callback },
    { where: 'activation (X): one real payment of 1 euro or more before production (W)', value: 'saisie' },
  ],
});
