/**
 * DirectLink, the server calls of the Ogone platform: capture, cancel and refund (maintenancedirect.asp), and the status of an
 * order (querydirect.asp). A form signed with SHA-IN; an XML answer that nobody signs, over HTTPS. Facts: SHEET.md, "After payment".
 *
 * Maintenance is processed offline: the answer to a good request says that it was accepted (91, 61, 81). The result (9, 6, 8)
 * comes by notification, or by a query. Safe readings:
 * - AMOUNT and PAYID are always sent, and SHASIGN goes with a query too;
 * - a query answers with the last operation of an order, so after an earlier operation of the same kind nothing is concluded from it.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedOperation } from '../../payments/reconciliation.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type {
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { payidState } from './feedback.ts';
import { type Ncresponse, readNcresponse } from './ncresponse.ts';
import type { OgoneSettings } from './settings.ts';
import { signDirectLink } from './signatures.ts';
import { isUncertainNcerror, MAINTENANCE_CODES, ogoneOutcome } from './statuses.ts';

type Account = ProviderAccount<OgoneSettings>;
type Fields = readonly (readonly [name: string, value: string])[];

/** Why an account cannot use DirectLink; null: it can. */
function cannotUseDirectLink({ userid, pswd }: OgoneSettings): string | null {
  return userid && pswd ? null : 'userid and pswd are not set: DirectLink needs a user of its own';
}

/**
 * OPERATION. The last capture or refund ends its transaction (SAS, RFS); before it there may be others. A cancel is always of
 * the whole: the platform reports it as 6, whatever its amount.
 */
const OPERATION: Readonly<Record<OperationKind, { readonly whole: string; readonly part: string }>> = {
  capture: { whole: 'SAS', part: 'SAL' },
  cancel: { whole: 'DES', part: 'DES' },
  refund: { whole: 'RFS', part: 'RFD' },
};

/** STATUS of an order on which nothing was done after the payment, by where the money is. */
const UNTOUCHED = { held: ['5', '56'], paid: ['9', '95'] } as const;

function unreadable(status: number, text: string): Problem {
  return new Problem('provider_error', `the provider answered ${status} and nothing that can be read`, {
    cause: text.slice(0, 1000),
  });
}

function providerError(detail: string, { ncerror, ncerrorplus }: Ncresponse): Problem {
  return new Problem('provider_error', `${detail} ${ncerror} ${ncerrorplus}`, {
    provider: { code: ncerror, text: ncerrorplus },
  });
}

/**
 * An answer names what it is about. That of a call which failed may name nothing.
 * @param asked the order number, and the PAYID where the call named it.
 * @throws Refusal wrong_attempt when it is about something else.
 */
function requireAbout(
  answer: Ncresponse,
  asked: { readonly order: string; readonly payid: string | undefined },
): void {
  const isOther = (said: string, wanted: string | undefined) =>
    wanted !== undefined && said !== wanted && (answer.ok || !NAMES_NOTHING.has(said));
  if (isOther(answer.order, asked.order))
    throw new Refusal('wrong_attempt', `the answer is about the order ${answer.order}`);
  if (isOther(answer.payid, asked.payid))
    throw new Refusal('wrong_attempt', `the answer is about the PAYID ${answer.payid}`);
}

const NAMES_NOTHING: ReadonlySet<string> = new Set(['', '0']);

/**
 * What an answer says of an operation; null: nothing.
 * @throws Declined when the platform declined it.
 * @throws Problem provider_error when the platform does not know yet itself.
 */
function resultOf(kind: OperationKind, answer: Ncresponse): OperationResult | null {
  const { providerStatus, payid, payidsub, ncerror, ncerrorplus, ok } = answer;
  const { done, accepted, declined } = MAINTENANCE_CODES[kind];
  const result = (state: OperationResult['state']) => ({
    state,
    status: providerStatus,
    providerReference: payidsub ? `${payid}/${payidsub}` : payid || null,
  });
  if (ok && done.includes(providerStatus)) return result('succeeded');
  if (accepted.includes(providerStatus)) return result('accepted');
  if (isUncertainNcerror(ncerror)) throw providerError('the provider answered', answer);
  if (!ok || declined.includes(providerStatus)) {
    const code = ncerror && ncerror !== '0' ? ncerror : `STATUS ${providerStatus}`;
    throw new Declined(code, ncerrorplus);
  }
  return null;
}

/** What a query's answer shows of a kind of operations: that of its PAYIDSUB, or the last one of the order. */
function entryOf(kind: OperationKind, answer: Ncresponse): BookedOperation | null {
  const { providerStatus: status, payid, payidsub, amount_minor: amount } = answer;
  const { done, accepted, declined } = MAINTENANCE_CODES[kind];
  const state = done.includes(status)
    ? 'succeeded'
    : accepted.includes(status)
      ? 'accepted'
      : declined.includes(status)
        ? 'failed'
        : null;
  if (!state) return null;
  return { providerReference: payidsub ? `${payid}/${payidsub}` : null, amount, state, status };
}

/**
 * The calls for the accounts of one brand.
 * @param host the origin of the brand's pages.
 */
export function directLink(host: string) {
  /**
   * @throws Problem provider_error, provider_unreachable; misconfigured when pswd is not in the account's charset.
   */
  async function call(
    fetcher: typeof fetch,
    account: Account,
    page: 'maintenancedirect.asp' | 'querydirect.asp',
    about: Fields,
  ): Promise<Ncresponse> {
    const { settings } = account;
    const stage = account.environment === 'production' ? 'prod' : 'test';
    const fields: Fields = [
      ['PSPID', settings.pspid],
      ['USERID', settings.userid ?? ''],
      ['PSWD', settings.pswd ?? ''],
      ...about,
    ];
    const { signature } = signDirectLink(settings, { fields });
    const body = encodeForm([...fields, ['SHASIGN', signature] as const], charset(settings.encoding));
    if (body === null)
      throw new Problem('misconfigured', "the password of the API user is not in the account's charset");
    const url = atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.api);
    const { status, text } = await callApi(fetcher, url, { headers: { 'content-type': FORM }, body });
    const answer = readNcresponse(text);
    if (status !== 200 || (answer.providerStatus === '' && answer.ncerror === ''))
      throw unreadable(status, text);
    return answer;
  }

  type QueryOf = Pick<StatusQuery<OgoneSettings>, 'account' | 'providerState' | 'order' | 'fetch'>;

  /**
   * An ORDERID may name several transactions, so it is used only where the PAYID is not known.
   * @throws Refusal when the answer is about something else.
   */
  async function queryOrder(query: QueryOf, about?: { readonly payid: string; readonly payidsub: string }) {
    const { account, providerState, order, fetch: fetcher } = query;
    const payid = about?.payid ?? (providerState.payid || undefined);
    const answer = await call(fetcher, account, 'querydirect.asp', [
      payid ? ['PAYID', payid] : ['ORDERID', order],
      ...(about ? ([['PAYIDSUB', about.payidsub]] as const) : []),
    ]);
    requireAbout(answer, { order, payid });
    return answer;
  }

  function operation(kind: OperationKind): ProviderOperation<OgoneSettings> {
    const fundsSources = kind === 'refund' ? (['paid'] as const) : (['held'] as const);
    return {
      rule:
        kind === 'cancel'
          ? { parts: 'whole', fundsSources, afterPart: true }
          : { parts: 'many', fundsSources },
      lacks: cannotUseDirectLink,

      async execute(order) {
        const { account, providerState, amount, whole } = order;
        if (!providerState.payid)
          throw new Problem('invalid_state', 'the PAYID of this payment is not known');
        const answer = await call(order.send, account, 'maintenancedirect.asp', [
          ['PAYID', providerState.payid],
          ['AMOUNT', String(amount)],
          ['OPERATION', OPERATION[kind][whole ? 'whole' : 'part']],
        ]);
        requireAbout(answer, { order: order.order, payid: providerState.payid });
        const result = resultOf(kind, answer);
        if (result) return result;
        throw new Problem('provider_error', `the provider answered with the status ${answer.providerStatus}`);
      },

      async lookUp(lost) {
        const [payid = '', payidsub] = lost.providerReference?.split('/') ?? [];
        const answer = await queryOrder(lost, payidsub ? { payid, payidsub } : undefined);
        if (!answer.ok) return null;
        const { providerStatus: status } = answer;
        const entry = entryOf(kind, answer);
        const untouched: readonly string[] = lost.fundsSource === 'held' ? UNTOUCHED.held : UNTOUCHED.paid;
        return { entries: entry ? [entry] : [], complete: !payidsub && untouched.includes(status), status };
      },
    };
  }

  return {
    capture: operation('capture'),
    cancel: operation('cancel'),
    refund: operation('refund'),
    cannotQueryStatus: cannotUseDirectLink,

    /**
     * What querydirect.asp says of an order. It names the amount of the last operation alone, so a paid or refunded amount counts
     * as the least there is (`cumulative`).
     * @throws Problem provider_error, provider_unreachable
     * @throws Refusal when the answer is about another order or PAYID
     */
    async queryStatus(query: StatusQuery<OgoneSettings>): Promise<ProviderUpdate> {
      const answer = await queryOrder(query);
      const { ok, providerStatus, payid, payidsub } = answer;
      if (!ok && providerStatus === '') throw providerError('the provider answered with the error', answer);
      const outcome = ogoneOutcome(providerStatus);
      return {
        kind: 'update',
        order: query.order,
        key: `query/${payid}/${payidsub}/${providerStatus}`,
        outcome,
        amount: answer.amount_minor,
        currency: answer.currency || null,
        movement: payid,
        cumulative: outcome === 'paid' || outcome === 'refunded',
        ...payidState(outcome, payid),
        providerReference: payid || null,
        providerStatus,
        detail: {},
      };
    },
  };
}
