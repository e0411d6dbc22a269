/** The two calls: EnviarInstrucao registers an order before the shopper goes, ConsultarInstrucao tells what became of it. */
import { decimal, fromDecimal } from '../../payments/money.ts';
import { MONEY_OUTCOMES, type Outcome } from '../../payments/statuses.ts';
import type {
  ProviderAccount,
  ProviderUpdate,
  StartedAttempt,
  StartRequest,
  StatusQuery,
  UpdateOutcome,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi } from '../kit/api-call.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { providerError } from '../kit/provider-error.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { instructionPage, MOIP_PRODUCTION, MOIP_SANDBOX } from './hosts.ts';
import {
  instructionXml,
  type Pagamento,
  plainCode,
  readInstructionAnswer,
  readQueryAnswer,
} from './messages.ts';
import type { MoipSettings } from './settings.ts';
import { moipAuthorization } from './signatures.ts';
import { MOIP_DECLINES, outcomeOfTipo } from './statuses.ts';

function host({ environment }: ProviderAccount<MoipSettings>): string {
  return environment === 'production' ? MOIP_PRODUCTION : MOIP_SANDBOX;
}

function call(
  account: ProviderAccount<MoipSettings>,
  fetcher: typeof fetch,
  path: string,
  body?: string,
): Promise<ApiAnswer> {
  return callApi(fetcher, atOrigin(`${host(account)}/ws/alpha/${path}`, account.endpoints.api), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: moipAuthorization(account.settings).signature,
      ...(body !== undefined && { 'content-type': 'application/xml; charset=utf-8' }),
    },
    ...(body !== undefined && { body }),
  });
}

/**
 * Registers the order and builds the redirect with its token, which is the only key for the query.
 * @throws Problem provider_error when Moip rejects the instruction,
 *   provider_unreachable.
 */
export async function enviarInstrucao(request: StartRequest<MoipSettings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const answer = await call(
    account,
    request.fetch,
    'EnviarInstrucao/Unica',
    instructionXml({
      Razao: cut(payment.description, 200) ?? withoutOrderNumbers(payment.reference),
      Valor: decimal(payment.amount, 2),
      IdProprio: order,
      LoginMoIP: account.settings.receiver,
      Nome: cut(fullName(payment), 90),
      Email: ifFits(payment.customer.email, 45),
      URLRetorno: addressWithin(250, `${urls.back}?o=${order}`),
      URLNotificacao: addressWithin(250, urls.callback),
    }),
  );
  const { token, error } = readInstructionAnswer(answer.text);
  if (answer.status !== 200 || error !== null || !token) {
    throw providerError(`Moip rejected the instruction: ${answer.status} ${error ?? ''}`.trim(), answer.text);
  }
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(instructionPage(host(account), token), account.endpoints.page),
    },
    providerState: { token },
    queryAfterSeconds: 24 * 3600,
  };
}

/** What one payment of an instruction says: each is a try of the payer, with a number of its own. */
function updatesOf(
  { order, providerState, known }: StatusQuery<MoipSettings>,
  payment: Pagamento,
): readonly ProviderUpdate[] {
  const code = plainCode(payment.codigoMoip);
  const outcome = outcomeOfTipo(payment.tipo);
  if (outcome === 'none') return [];
  const update = (moved: UpdateOutcome): ProviderUpdate =>
    providerUpdate({
      order,
      key: `${code}/${payment.tipo}${moved === outcome ? '' : `/${moved}`}`,
      outcome: moved,
      amount: fromDecimal(payment.totalPago, 2),
      // The ledger compares it: in another currency it is a conflict.
      currency: payment.moeda || 'BRL',
      movement: code,
      // By which a later cancellation is told from that of another try.
      ...(moved === 'paid' && { providerState: { [`paid_${code}`]: code } }),
      providerReference: code,
      providerStatus: payment.tipo,
      ...withReason(MOIP_DECLINES, payment.tipo),
      detail: payment.detail,
    });
  // What is returned was paid, although we may not have heard of it.
  if (outcome === 'refunded') return [update('paid'), update('refunded')];
  // Paid by the payer and not yet credited, and now cancelled: the money does not come, or goes back.
  const wasPaid = providerState[`paid_${code}`] === code && (known?.paid ?? 0) > 0;
  return [update(outcome === 'cancelled' && wasPaid ? 'refunded' : outcome)];
}

/** That Moip does not know an instruction: nobody can pay it, and what was paid all the same counts when it is told. */
function unknownInstruction({ order }: StatusQuery<MoipSettings>, said: string): ProviderUpdate {
  return providerUpdate({
    order,
    key: 'Falha',
    outcome: 'error',
    movement: '',
    providerStatus: 'Falha',
    detail: { Erro: said },
  });
}

/**
 * Queries what became of an instruction: every payment of it that moved money; else those in process; else the last. Null: nobody has
 * tried to pay yet, or the status moves nothing.
 * @throws Problem provider_error or provider_unreachable
 */
export async function consultarInstrucao(
  query: StatusQuery<MoipSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { account, providerState } = query;
  if (!providerState.token) return null;
  const answer = await call(
    account,
    query.fetch,
    `ConsultarInstrucao/${encodeURIComponent(providerState.token)}`,
  );
  if (answer.status !== 200) throw providerError(`Moip answered ${answer.status}`, answer.text);
  const { payments, unknown } = readQueryAnswer(answer.text);
  if (unknown !== null) return [unknownInstruction(query, unknown)];
  const updates = payments.map((payment) => updatesOf(query, payment));
  const have = (fits: (outcome: UpdateOutcome) => boolean) =>
    updates.filter((of) => of.some(({ outcome }) => fits(outcome))).flat();
  const moved = have((outcome) => outcome !== 'pending' && MONEY_OUTCOMES.has(outcome as Outcome));
  const inProcess = have((outcome) => outcome === 'pending');
  const found = [moved, inProcess, updates.findLast((of) => of.length > 0) ?? []].find((of) => of.length > 0);
  return found ?? null;
}
