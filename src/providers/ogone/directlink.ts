/**
 * DirectLink, the server calls of the Ogone platform: capture, cancel and refund (maintenancedirect.asp), and the status of an
 * order (querydirect.asp). A form signed with SHA-IN, an XML answer that nobody signs, over HTTPS.
 *
 * Maintenance is processed offline: the answer to a good request says that it was taken (91, 61, 81), the result (9, 6, 8)
 * comes by notification, or is asked for. Safe readings: AMOUNT and PAYID are always sent; SHASIGN goes with a query too;
 * the last operation of an order answers a query, so what it says of a second partial refund is not concluded from.
 */
import { XMLParser } from 'fast-xml-parser';
import { currency } from '../../payments/currencies.ts';
import { Declined, Problem } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type {
  OperationCall,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';

/**
 * The platform's status codes. The second digit: 1 pending, 2 uncertain (do not repeat, wait), 3 refused. What
 * is pending, uncertain or refused after a payment or an authorization moves nothing.
 */
export const STATUS_CODES: Readonly<Record<string, Outcome>> = {
  0: 'error',
  1: 'cancelled',
  2: 'denied',
  4: 'pending',
  40: 'pending',
  41: 'pending',
  46: 'pending',
  5: 'authorized',
  50: 'pending',
  51: 'pending',
  52: 'pending',
  55: 'pending',
  59: 'pending',
  56: 'authorized',
  57: 'error',
  6: 'voided',
  64: 'voided',
  61: 'none',
  62: 'none',
  63: 'none',
  7: 'reversed',
  74: 'reversed',
  75: 'reversed',
  71: 'none',
  72: 'none',
  73: 'none',
  8: 'refunded',
  85: 'refunded',
  84: 'none',
  81: 'none',
  82: 'none',
  83: 'none',
  88: 'none',
  9: 'paid',
  95: 'paid',
  91: 'pending',
  92: 'pending',
  99: 'pending',
  93: 'capture_denied',
  94: 'none',
  96: 'none',
};

/** The codes by which an operation that was taken is refused after all. */
export const REFUSES: Readonly<Record<string, OperationKind>> = {
  93: 'capture',
  63: 'cancel',
  73: 'cancel',
  83: 'refund',
};

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  processEntities: false,
});

/**
 * Reads the answer of DirectLink: one `ncresponse` element, its attributes named without regard to case, in
 * any order, unknown ones ignored. `amount` is a decimal number, not x 100. Success is NCERROR `0` or empty.
 */
export function readApiResponse(raw: string) {
  const parsed = parsedXml(raw);
  const attributes = new Map(
    Object.entries(parsed ?? {}).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
  const value = (name: string) => attributes.get(name) ?? '';
  const digits = currency(value('CURRENCY'))?.digits;
  const outcome = STATUS_CODES[value('STATUS')] ?? 'none';
  const ncerror = value('NCERROR');
  const ok = parsed !== undefined && (ncerror === '' || ncerror === '0');
  return {
    ok,
    ncerror,
    ncerrorplus: value('NCERRORPLUS'),
    providerStatus: value('STATUS'),
    unified: ok && outcome !== 'none' ? outcome : null,
    payid: value('PAYID'),
    payidsub: value('PAYIDSUB'),
    currency: value('CURRENCY'),
    amount_minor: digits === undefined ? null : fromDecimal(value('AMOUNT'), digits),
  };
}

function parsedXml(raw: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return (xml.parse(raw) as { readonly ncresponse?: Readonly<Record<string, unknown>> }).ncresponse;
  } catch {
    return undefined;
  }
}

/** The PAYID that later calls name: of the transaction that brought or holds money, not of a refused try. */
export function kept(outcome: Outcome, payid: string) {
  return payid && (outcome === 'paid' || outcome === 'authorized') ? { providerState: { payid } } : {};
}

/** What DirectLink needs of an account's settings. */
interface DirectLinkSettings {
  readonly pspid: string;
  readonly userid?: string | undefined;
  readonly pswd?: string | undefined;
  readonly encoding: 'utf-8' | 'iso-8859-1';
}

/** Signs the fields of a call; the recipe `api-signature`. */
type Sign<Settings> = (settings: Settings, fields: readonly (readonly [string, string])[]) => string;

/** Why an account cannot use DirectLink; null: it can. */
export function lacksDirectLink({ userid, pswd }: DirectLinkSettings): string | null {
  return userid && pswd ? null : 'userid and pswd are not set: DirectLink needs a user of its own';
}

/**
 * The last capture or refund ends its transaction (SAS, RFS); before it there may be others. A cancel is always of the whole:
 * the platform tells it as 6, whatever its amount.
 */
const OPERATION: Readonly<Record<OperationKind, { readonly whole: string; readonly part: string }>> = {
  capture: { whole: 'SAS', part: 'SAL' },
  cancel: { whole: 'DES', part: 'DES' },
  refund: { whole: 'RFS', part: 'RFD' },
};

/** By operation: the codes of a result, and those before one. */
const EXPECTED: Readonly<
  Record<OperationKind, { readonly done: readonly string[]; readonly taken: readonly string[] }>
> = {
  capture: { done: ['9', '95'], taken: ['91', '92', '99'] },
  cancel: { done: ['6', '64', '7', '74', '75'], taken: ['61', '62', '71', '72'] },
  refund: { done: ['8', '85'], taken: ['81', '82'] },
};

/** Calls about the orders of a brand of the platform. */
export function directLink<Settings extends DirectLinkSettings>(host: string, sign: Sign<Settings>) {
  async function call(
    fetcher: typeof fetch,
    account: ProviderAccount<Settings>,
    page: string,
    asked: readonly (readonly [string, string])[],
  ) {
    const { settings } = account;
    const stage = account.environment === 'production' ? 'prod' : 'test';
    const fields: (readonly [string, string])[] = [
      ['PSPID', settings.pspid],
      ['USERID', settings.userid ?? ''],
      ['PSWD', settings.pswd ?? ''],
      ...asked,
    ];
    const signed = [...fields, ['SHASIGN', sign(settings, fields)] as const];
    const body = encodeForm(signed, charset(settings.encoding));
    if (body === null)
      throw new Problem('misconfigured', "the password of the API user is not in the account's charset");
    const { status, text } = await callApi(
      fetcher,
      atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.api),
      { headers: { 'content-type': FORM }, body },
    );
    const answer = readApiResponse(text);
    if (status !== 200 || (answer.providerStatus === '' && answer.ncerror === '')) {
      throw new Problem('provider_error', `the provider answered ${status} and nothing that can be read`, {
        cause: text.slice(0, 1000),
      });
    }
    return answer;
  }

  function query({
    account,
    providerState,
    order,
    fetch: fetcher,
  }: Pick<StatusQuery<Settings>, 'account' | 'providerState' | 'order' | 'fetch'>) {
    return call(fetcher, account, 'querydirect.asp', [
      providerState.payid ? ['PAYID', providerState.payid] : ['ORDERID', order],
    ]);
  }

  /** @throws Declined when the platform refused it. */
  function resultOf(kind: OperationKind, answer: ReturnType<typeof readApiResponse>): OperationResult | null {
    const { providerStatus, payid, payidsub, ncerror, ncerrorplus, ok } = answer;
    const { done, taken } = EXPECTED[kind];
    const result = (state: OperationResult['state']) => ({
      state,
      status: providerStatus,
      providerReference: payidsub ? `${payid}/${payidsub}` : payid || null,
    });
    if (ok && done.includes(providerStatus)) return result('succeeded');
    if (taken.includes(providerStatus)) return result('accepted');
    // Errors of the family 2 are no decision: the platform does not know yet itself.
    if (ncerror.startsWith('2')) {
      throw new Problem('provider_error', `the provider answered ${ncerror} ${ncerrorplus}`, {
        provider: { code: ncerror, text: ncerrorplus },
      });
    }
    if (!ok || REFUSES[providerStatus] === kind)
      throw new Declined(ncerror && ncerror !== '0' ? ncerror : `STATUS ${providerStatus}`, ncerrorplus);
    return null;
  }

  function operation(
    kind: OperationKind,
    fundsSources: ProviderOperation<Settings>['rule']['fundsSources'],
  ): ProviderOperation<Settings> {
    return {
      rule:
        kind === 'cancel'
          ? { parts: 'whole', fundsSources, afterPart: true }
          : { parts: 'many', fundsSources },
      lacks: lacksDirectLink,

      async execute(order) {
        if (!order.providerState.payid)
          throw new Problem('invalid_state', 'the PAYID of this payment is not known');
        const answer = await call(order.send, order.account, 'maintenancedirect.asp', [
          ['PAYID', order.providerState.payid],
          ['AMOUNT', String(order.amount)],
          ['OPERATION', OPERATION[kind][order.whole ? 'whole' : 'part']],
        ]);
        const result = resultOf(kind, answer);
        if (result) return result;
        throw new Problem('provider_error', `the provider answered with the status ${answer.providerStatus}`);
      },

      async reconcile(asked: OperationCall<Settings>) {
        const [payid, sub] = asked.providerReference?.split('/') ?? [];
        const answer = sub
          ? await call(asked.fetch, asked.account, 'querydirect.asp', [
              ['PAYID', payid ?? ''],
              ['PAYIDSUB', sub],
            ])
          : await query(asked);
        if (!answer.ok) return null;
        const hadSuch =
          kind === 'refund' ? asked.before.refunded : kind === 'capture' ? asked.before.paid : 0;
        // The last operation is what a query tells: after an earlier one of the same kind it may be that one.
        if (!sub && hadSuch > 0) return null;
        const result = resultOf(kind, answer);
        if (result) return result;
        const before = asked.fundsSource === 'held' ? ['5', '56'] : ['9', '95'];
        if (!asked.accepted && before.includes(answer.providerStatus))
          throw new Declined(`STATUS ${answer.providerStatus}`, 'the platform has not carried it out');
        return null;
      },
    };
  }

  return {
    capture: operation('capture', ['held']),
    cancel: operation('cancel', ['held']),
    refund: operation('refund', ['paid']),
    lacks: lacksDirectLink,

    /** What querydirect.asp says of an order: its last operation, so what it names is told as the least there is. */
    async ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
      const answer = await query(question);
      const { providerStatus, payid, payidsub, amount_minor: amount, ncerror, ncerrorplus } = answer;
      if (!answer.ok && providerStatus === '') {
        throw new Problem(
          'provider_error',
          `the provider answered with the error ${ncerror} ${ncerrorplus}`,
          {
            provider: { code: ncerror, text: ncerrorplus },
          },
        );
      }
      const outcome = STATUS_CODES[providerStatus] ?? 'none';
      return {
        kind: 'update',
        order: question.order,
        key: `query/${payid}/${payidsub}/${providerStatus}`,
        outcome,
        amount,
        currency: answer.currency || null,
        movement: payid,
        cumulative: outcome === 'paid' || outcome === 'refunded',
        ...kept(outcome, payid),
        providerReference: payid || null,
        providerStatus,
        detail: {},
      };
    },
  };
}
