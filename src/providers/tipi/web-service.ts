/**
 * The web service: creerPaiementSecurise gives an idop, with which the shopper goes to pay; what comes back names only
 * the idop; recupererDetailPaiementSecurise tells the result, which is compared with what the payment was created with.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import type {
  Hint,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  StatusQuery,
  UpdateOutcome,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { providerError } from '../kit/provider-error.ts';
import { providerUpdate } from '../kit/update.ts';
import { addressWithOrder, debtOf } from './debt.ts';
import { requireSaisie } from './environment.ts';
import { centsOf } from './parameters.ts';
import type { TipiSettings } from './settings.ts';
import { callPayfip, type PayfipMembers } from './soap.ts';
import { isAboutIdop, outcomeOfFault, outcomeOfResult } from './statuses.ts';

/** Why the result of a URL form cannot be asked for. */
export const NO_WEB_SERVICE = 'the URL form has no web service to ask';

const IDOP = /^[\w-]{8,64}$/;

/** Where the shopper goes with an idop: beside the page of the URL form. */
export function idopPage(urlFormPage: string, idOp: string): string {
  return `${urlFormPage.replace(/paiement\.web$/, 'paiementws.web')}?idop=${encodeURIComponent(idOp)}`;
}

/** An idop is good for 15 minutes; the shopper needs one of them to get there. */
const GOOD_FOR_SECONDS = 14 * 60;

/**
 * Creates the payment at the moment of the redirect.
 * @throws Problem naming what PayFiP does not take; provider_error for a fault, provider_unreachable.
 */
export async function creerPaiementSecurise(request: StartRequest<TipiSettings>): Promise<StartedAttempt> {
  const { account, urls, order } = request;
  const { settings } = account;
  const { exer, mel, montant, objet, refdet } = debtOf(request);
  const answer = await callPayfip(account, request.fetch, 'creerPaiementSecurise', [
    ['exer', exer],
    ['mel', mel],
    ['montant', montant],
    ['numcli', settings.numcli],
    ['objet', objet],
    ['refdet', refdet],
    ['saisie', settings.saisie],
    ['urlnotif', addressWithOrder(urls.callback, order)],
    ['urlredirect', addressWithOrder(urls.back, order)],
  ]);
  if (answer.kind === 'fault') {
    const { code, text } = answer;
    throw providerError(`PayFiP rejected the payment: ${code} ${text}`, answer, { code, text });
  }
  const { idOp = '' } = answer.values;
  if (!IDOP.test(idOp)) throw providerError('PayFiP gave no idop', answer);
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(idopPage(settings.service_url, idOp), account.endpoints.page),
    },
    providerState: { idOp, refdet },
    goodForSeconds: GOOD_FOR_SECONDS,
    queryAfterSeconds: 5 * 60,
  };
}

/**
 * Reads a message that names an idop. The idop is not used: the query is made with the one that the attempt has stored.
 * @throws Refusal field_missing
 */
export function readIdop(values: ReadonlyMap<string, string>): Hint {
  if (!IDOP.test(values.get('idop') ?? '')) throw new Refusal('field_missing', 'there is no idop');
  return { kind: 'hint', order: values.get('o') ?? null, about: {} };
}

/** What a detail has to be about. */
export interface ExpectedDetail {
  readonly idOp: string;
  readonly numcli: string;
  readonly refdet: string;
}

/** Why a detail is about another payment, or null. */
export function mismatchOf(detail: PayfipMembers, expected: ExpectedDetail): string | null {
  const name = (['idOp', 'numcli', 'refdet'] as const).find((one) => detail[one] !== expected[one]);
  return name ? `the detail has another ${name}` : null;
}

/** What an operator may want to see of a detail. */
const SHOWN = ['dattrans', 'heurtrans', 'saisie', 'objet', 'exer', 'montant'];

/**
 * The amount of a detail in cents. A debt is paid with what we have sent, or in part: more than that is no amount of this payment, and the
 * ledger takes it for a conflict.
 */
function amountOf({ montant }: PayfipMembers, asked: number): number | null {
  const cents = centsOf(montant);
  return cents !== null && cents <= asked ? cents : null;
}

/**
 * Queries the result of the attempt's idop. Null: not known yet.
 * @throws Problem provider_error for a fault that is not about the idop, provider_unreachable; unsupported_operation for
 *   an attempt of the URL form.
 * @throws Refusal wrong_account when the detail is about another payment; wrong_environment.
 */
export async function recupererDetailPaiementSecurise(
  query: StatusQuery<TipiSettings>,
): Promise<ProviderUpdate | null> {
  const { account, providerState, order, now, startedAt } = query;
  const { idOp, refdet = order } = providerState;
  if (!idOp) throw new Problem('unsupported_operation', NO_WEB_SERVICE);
  const operation = 'recupererDetailPaiementSecurise';
  const answer = await callPayfip(account, query.fetch, operation, [['idOp', idOp]]);
  const update = (outcome: UpdateOutcome, code: string, detail: PayfipMembers): ProviderUpdate =>
    providerUpdate({
      order,
      key: `${idOp}/${code}`,
      outcome,
      amount: amountOf(detail, query.amount),
      movement: idOp,
      providerReference: detail.numauto || idOp,
      providerStatus: code,
      detail: Object.fromEntries(SHOWN.flatMap((name) => (detail[name] ? [[name, detail[name]]] : []))),
    });
  if (answer.kind === 'fault') {
    if (!isAboutIdop(answer)) {
      throw providerError(`PayFiP answered ${answer.code} ${answer.text}`, answer);
    }
    const ageMinutes = (now.getTime() - startedAt.getTime()) / 60_000;
    const expired = outcomeOfFault(operation, answer, ageMinutes) === 'expired';
    return expired ? update('expired', answer.code, {}) : null;
  }
  const detail = answer.values;
  const mismatch = mismatchOf(detail, { idOp, numcli: account.settings.numcli, refdet });
  if (mismatch) throw new Refusal('wrong_account', mismatch);
  requireSaisie(account, detail.saisie ?? '');
  const code = detail.resultrans ?? '';
  return update(outcomeOfResult(code), code, detail);
}
