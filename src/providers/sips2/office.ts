/**
 * SIPS Office, the server calls of SIPS 2: validate (capture), cancel, refund, and getTransactionData. Sealed JSON both ways.
 *
 * Facts: WL Sips Office documentation; the vendor's SDKs; eopayment. Safe readings: an answer of 00 must carry its
 * seal, except on the test platform, which may omit it; a rejection may go without. 90, 91 and 97 to 99 leave the
 * outcome unknown, because nothing is idempotent. The amounts of getTransactionData have names that are not public for certain, so
 * only its transactionStatus is concluded from, and nothing from it after a part. Scellius has no known Office address.
 */
import { currency, currencyByNumber } from '../../payments/currencies.ts';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { equalText } from '../../signing/bytes.ts';
import type {
  Json,
  OperationCall,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';

/** What Office needs of an account's settings. */
interface OfficeSettings {
  readonly brand: 'sips' | 'mercanet' | 'sherlocks' | 'sogenactif' | 'scellius';
  readonly merchant_id: string;
  readonly key_version: string;
  readonly use_s10_reference: boolean;
}

type Message = { readonly [name: string]: Json };

/** Seals a message; the recipe `api-signature`. */
type Seal<Settings> = (settings: Settings, message: Message) => string;

const HOSTS: Readonly<
  Record<OfficeSettings['brand'], { readonly test: string; readonly prod: string } | null>
> = {
  sips: { test: 'office-server.test.sips-services.com', prod: 'office-server.sips-services.com' },
  mercanet: { test: 'office-server-mercanet.test.sips-services.com', prod: 'office-server.mercanet.com' },
  sherlocks: {
    test: 'office-server-sherlocks.test.sips-services.com',
    prod: 'sherlocks-office-server.secure.lcl.fr',
  },
  sogenactif: {
    test: 'office-server-sogenactif.test.sips-services.com',
    prod: 'office-server.sogenactif.com',
  },
  scellius: null,
};

/** Why an account cannot use Office; null: it can. */
export function lacksOffice({ brand }: OfficeSettings): string | null {
  return HOSTS[brand] ? null : 'the address of the Office server of Scellius is not known';
}

const PATHS: Readonly<Record<OperationKind | 'status', string>> = {
  capture: 'cashManagement/validate',
  cancel: 'cashManagement/cancel',
  refund: 'cashManagement/refund',
  status: 'diagnostic/getTransactionData',
};

/** The platform is not well: whether it did anything cannot be said. */
const TEMPORARY = new Set(['90', '91', '97', '98', '99']);

/** What transactionStatus says once an operation on the whole is done, and while it is not. */
const DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_CAPTURE', 'CAPTURED'],
  cancel: ['CANCELLED'],
  refund: ['TO_CREDIT', 'CREDITED'],
};
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_VALIDATE'],
  cancel: ['TO_CAPTURE', 'TO_VALIDATE', 'CAPTURED'],
  refund: ['CAPTURED'],
};

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Calls of the Office of an account. */
export function office<Settings extends OfficeSettings>(seal: Seal<Settings>) {
  function verified(account: ProviderAccount<Settings>, answer: Message): Message {
    const given = textOf(answer.seal).toLowerCase();
    if (given !== '') {
      const expected = seal(account.settings, answer);
      if (!equalText(expected, given))
        throw new Refusal(
          'signature_mismatch',
          "the seal of the answer does not fit it and the account's key",
        );
    } else if (answer.responseCode === '00' && account.environment !== 'test') {
      throw new Refusal('signature_missing', 'the answer has no seal');
    }
    return answer;
  }

  async function call(
    fetcher: typeof fetch,
    account: ProviderAccount<Settings>,
    what: keyof typeof PATHS,
    asked: Message,
  ): Promise<Message> {
    const { settings, environment, endpoints } = account;
    const host = HOSTS[settings.brand]?.[environment === 'production' ? 'prod' : 'test'];
    if (!host) throw new Problem('unsupported_operation', lacksOffice(settings) ?? '');
    const message: Message = {
      ...asked,
      interfaceVersion: what === 'status' ? 'DR_WS_2.9' : 'CR_WS_2.3',
      merchantId: settings.merchant_id,
      keyVersion: settings.key_version,
    };
    const url = atOrigin(`https://${host}/rs-services/v2/${PATHS[what]}`, endpoints.api);
    const { status, text } = await callApi(fetcher, url, {
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ ...message, seal: seal(settings, message) }),
    });
    const answer = jsonObject(text) as Message;
    if (textOf(answer.responseCode) === '')
      throw new Problem('provider_error', `the provider answered ${status} without a response code`, {
        cause: text.slice(0, 1000),
      });
    return verified(account, answer);
  }

  type Subject = Pick<StatusQuery<Settings>, 'account' | 'order' | 'providerState'>;

  function reference({ account, order, providerState }: Subject): Message {
    if (!account.settings.use_s10_reference) return { transactionReference: order };
    const { s10_id: id = '', s10_date: date = '' } = providerState;
    if (!id || !date) throw new Problem('invalid_state', 'the s10 reference of this payment is not known');
    return { s10TransactionReference: { s10TransactionId: id, s10TransactionIdDate: date } };
  }

  function read(subject: Subject, fetcher: typeof fetch): Promise<Message> {
    return call(fetcher, subject.account, 'status', reference(subject));
  }

  function operation(
    kind: OperationKind,
    rule: ProviderOperation<Settings>['rule'],
  ): ProviderOperation<Settings> {
    return {
      rule,
      lacks: lacksOffice,

      async execute(order): Promise<OperationResult> {
        const answer = await call(order.send, order.account, kind, {
          currencyCode: currency(order.currency)?.numeric ?? '',
          operationAmount: String(order.amount),
          ...reference(order),
        });
        const code = textOf(answer.responseCode);
        const said = [textOf(answer.newStatus), textOf(answer.errorFieldName)].filter(Boolean).join(', ');
        if (TEMPORARY.has(code))
          throw new Problem('provider_error', `the provider answered ${code}`, {
            provider: { code, text: said },
          });
        if (code !== '00') throw new Declined(code, said);
        return { state: 'succeeded', status: textOf(answer.newStatus) || code, providerReference: null };
      },

      async reconcile(asked: OperationCall<Settings>) {
        const isFirst = asked.before.refunded === 0 && asked.before.released === 0;
        if (!asked.whole || !isFirst) return null;
        const answer = await read(asked, asked.fetch);
        const status = textOf(answer.transactionStatus);
        if (DONE[kind].includes(status)) return { state: 'succeeded', status, providerReference: null };
        if (NOT_DONE[kind].includes(status))
          throw new Declined(status, 'the platform says that it was not carried out');
        return null;
      },
    };
  }

  return {
    capture: operation('capture', { parts: 'one', fundsSources: ['held'] }),
    cancel: operation('cancel', { parts: 'many', fundsSources: ['held', 'paid'] }),
    refund: operation('refund', { parts: 'many', fundsSources: ['paid'] }),
    lacks: lacksOffice,

    /** getTransactionData; null while the platform knows no such transaction. */
    async ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
      const { account, providerState } = question;
      // Before the first notification a SIPS 1 style transaction has no number that we know.
      if (account.settings.use_s10_reference && !providerState.s10_id) return null;
      const answer = await read(question, question.fetch);
      const code = textOf(answer.responseCode);
      if (code === '25') return null;
      if (code !== '00')
        throw new Problem('provider_error', `the provider answered ${code}`, {
          provider: { code, text: '' },
        });
      const status = textOf(answer.transactionStatus);
      const amount = textOf(answer.amount);
      const number = textOf(answer.currencyCode);
      return {
        kind: 'update',
        order: question.order,
        key: `status/${status}`,
        outcome: outcomeOf(status, question),
        amount: /^\d{1,12}$/.test(amount) ? Number(amount) : 'asked',
        currency: number === '' ? null : (currencyByNumber(number)?.alpha ?? number),
        movement: question.order,
        cumulative: true,
        providerReference: textOf(answer.transactionReference) || null,
        providerStatus: status || code,
        detail: {},
      };
    },
  };
}

function outcomeOf(
  status: string,
  { capture, known }: StatusQuery<OfficeSettings>,
): ProviderUpdate['outcome'] {
  switch (status) {
    case 'TO_VALIDATE':
      return 'authorized';
    case 'TO_CAPTURE':
    case 'CAPTURED':
      // After a validation the amount may be a part of what was authorized.
      return capture === 'automatic' && !known?.paid ? 'paid' : 'none';
    case 'CANCELLED':
      return 'reversed';
    case 'REFUSED':
      return 'denied';
    case 'EXPIRED':
      return 'voided';
    case 'TO_AUTHORIZE':
    case 'TO_REPLAY':
      return 'pending';
    default:
      return 'none';
  }
}
