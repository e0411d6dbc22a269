/**
 * Paybox Direct (PPPS), the server calls of Paybox: capture, cancel, refund, and the inquiry. A form signed like the page's;
 * the answer is `name=value&...` in ISO-8859-1, not signed, over HTTPS.
 *
 * Facts: Paybox Direct manual; the vendor's plug-ins. Safe readings: the contract must include Direct, and the merchant
 * must allow our addresses (error 00006 or 00003 otherwise); one capture (a second one of the rest is unverified); cancel takes back
 * the whole, with 00005 as the vendor's kits send it; what the inquiry says without an amount (Remboursé, or Capturé
 * after a later capture) moves nothing by itself.
 */
import { currency } from '../../payments/currencies.ts';
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
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

/** Direct codes after which the outcome is unknown: inquire before repeating. */
const UNCERTAIN = new Set(['00001', '00097', '00098']);

/**
 * Reads an answer of Paybox Direct: `name=value&...`, values perhaps unescaped.
 * @param asked the NUMQUESTION of the question; an answer to another one is no success.
 */
export function readApiResponse(raw: string, asked: string | null) {
  const values = new Map(
    raw.split('&').map((part) => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals), part.slice(equals + 1).trim()] as const;
    }),
  );
  const value = (name: string) => values.get(name) ?? '';
  const code = value('CODEREPONSE');
  const other = asked !== null && value('NUMQUESTION') !== asked;
  return {
    ok: code === '00000' && !other,
    code,
    uncertain: UNCERTAIN.has(code),
    reason: other ? `NUMQUESTION is not the one that was asked (${asked})` : null,
    site: value('SITE'),
    rang: value('RANG'),
    numtrans: value('NUMTRANS'),
    numappel: value('NUMAPPEL'),
    comment: value('COMMENTAIRE'),
    status: value('STATUS'),
  };
}

type DirectAnswer = ReturnType<typeof readApiResponse>;

/** What Direct needs of an account's settings. */
interface DirectSettings {
  readonly host: 'paybox' | 'e-transactions';
  readonly site: string;
  readonly rang: string;
  readonly identifiant: string;
  readonly hmac_algorithm: string;
  readonly pbx_retour: string;
}

/** Signs the fields of a call; the recipe `api-signature`. */
type Sign<Settings> = (settings: Settings, fields: readonly (readonly [string, string])[]) => string;

const HOSTS = {
  paybox: { test: 'https://preprod-ppps.paybox.com', production: 'https://ppps.paybox.com' },
  'e-transactions': {
    test: 'https://preprod-ppps.e-transactions.fr',
    production: 'https://ppps.e-transactions.fr',
  },
};

const TYPE: Readonly<Record<OperationKind | 'inquiry', string>> = {
  capture: '00002',
  cancel: '00005',
  refund: '00014',
  inquiry: '00017',
};

/** What STATUS says once an operation is done; and while it is not. */
const DONE: Readonly<Record<OperationKind, string>> = {
  capture: 'Capturé',
  cancel: 'Annulé',
  refund: 'Remboursé',
};
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['Autorisé'],
  cancel: ['Autorisé', 'Capturé'],
  refund: ['Capturé'],
};

/** Why an account cannot use Direct; null: it can. */
export function lacksDirect({ pbx_retour }: DirectSettings): string | null {
  return ['S', 'T'].every((letter) => pbx_retour.includes(`:${letter};`))
    ? null
    : 'pbx_retour must hold the letters S and T: Direct names a transaction by them';
}

/** `DDMMYYYYHHMMSS` in Paris. */
function dateq(now: Date): string {
  const parts = new Intl.DateTimeFormat('fr-FR', {
    timeZone: 'Europe/Paris',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const value = (name: string) => parts.find(({ type }) => type === name)?.value ?? '';
  return ['day', 'month', 'year', 'hour', 'minute', 'second'].map(value).join('');
}

const DAY_MS = 86_400_000;

/**
 * A question number of 10 digits that is not used twice on one day in Paris, though our counter begins anew with the day in UTC:
 * two days in a row count in two halves.
 */
function questionNumber(count: number, now: Date): string {
  const half = Math.floor(now.getTime() / DAY_MS) % 2;
  return String(1_000_000_000 + half * 500_000_000 + count).padStart(10, '0');
}

/** Calls of Paybox Direct. */
export function direct<Settings extends DirectSettings>(sign: Sign<Settings>) {
  async function call(
    fetcher: typeof fetch,
    type: keyof typeof TYPE,
    about: {
      readonly account: ProviderAccount<Settings>;
      readonly order: string;
      readonly amount: number;
      readonly currency: string;
      readonly providerState: Readonly<Record<string, string>>;
      readonly now: Date;
      readonly count: number;
    },
  ): Promise<DirectAnswer> {
    const { account, providerState, now } = about;
    const own = account.settings;
    const number = questionNumber(about.count, now);
    const fields: (readonly [string, string])[] = [
      ['VERSION', '00104'],
      ['TYPE', TYPE[type]],
      ['SITE', own.site],
      ['RANG', own.rang.padStart(3, '0')],
      ['IDENTIFIANT', own.identifiant],
      ['NUMQUESTION', number],
      ['MONTANT', String(about.amount).padStart(10, '0')],
      ['DEVISE', currency(about.currency)?.numeric ?? ''],
      ['REFERENCE', about.order],
      ['NUMTRANS', (providerState.numtrans ?? '').padStart(10, '0')],
      ['NUMAPPEL', (providerState.numappel ?? '').padStart(10, '0')],
      ['ACTIVITE', '024'],
      ['DATEQ', dateq(now)],
      ['HASH', own.hmac_algorithm],
    ];
    const signed = [...fields, ['HMAC', sign(own, fields)] as const];
    const stage = account.environment === 'production' ? 'production' : 'test';
    const url = atOrigin(`${HOSTS[own.host][stage]}/PPPS.php`, account.endpoints.api);
    const { status, text } = await callApi(fetcher, url, {
      headers: { 'content-type': FORM },
      body: encodeForm(signed, charset('utf-8')) ?? '',
      charset: 'iso-8859-1',
    });
    const answer = readApiResponse(text, number);
    const isOurs = Number(answer.site) === Number(own.site) && Number(answer.rang) === Number(own.rang);
    if (status !== 200 || answer.code === '' || answer.reason !== null || !isOurs) {
      throw new Problem('provider_error', `the provider answered ${status} and nothing about this question`, {
        cause: text.slice(0, 1000),
      });
    }
    return answer;
  }

  async function inquire(
    about: Omit<Parameters<typeof call>[2], 'count'>,
    fetcher: typeof fetch,
    count: number,
  ) {
    const answer = await call(fetcher, 'inquiry', { ...about, count });
    if (!answer.ok) {
      throw new Problem('provider_error', `the provider answered ${answer.code} ${answer.comment}`, {
        provider: { code: answer.code, text: answer.comment },
      });
    }
    return answer;
  }

  function operation(
    kind: OperationKind,
    rule: ProviderOperation<Settings>['rule'],
  ): ProviderOperation<Settings> {
    return {
      rule,
      lacks: lacksDirect,

      async execute(order): Promise<OperationResult> {
        if (!order.providerState.numtrans || !order.providerState.numappel)
          throw new Problem('invalid_state', 'the transaction numbers of this payment are not known');
        const count = await order.daily(order.account.settings.site);
        const answer = await call(order.send, kind, { ...order, count });
        if (answer.uncertain)
          throw new Problem('provider_error', `the provider answered ${answer.code} ${answer.comment}`, {
            provider: { code: answer.code, text: answer.comment },
          });
        if (!answer.ok) throw new Declined(answer.code, answer.comment);
        return { state: 'succeeded', status: answer.code, providerReference: answer.numtrans || null };
      },

      async reconcile(asked: OperationCall<Settings>) {
        // The word says that there was a refund, not how many.
        if (kind === 'refund' && asked.before.refunded > 0) return null;
        const count = await asked.daily(asked.account.settings.site);
        const { status, numtrans } = await inquire(asked, asked.fetch, count);
        if (status === DONE[kind]) return { state: 'succeeded', status, providerReference: numtrans || null };
        if (NOT_DONE[kind].includes(status))
          throw new Declined(status, 'the inquiry says that it was not carried out');
        return null;
      },
    };
  }

  return {
    capture: operation('capture', { parts: 'one', fundsSources: ['held'] }),
    cancel: operation('cancel', { parts: 'whole', fundsSources: ['held', 'paid'] }),
    refund: operation('refund', { parts: 'many', fundsSources: ['paid'] }),
    lacks: lacksDirect,

    /** The inquiry; before the first IPN there is no number to ask by. */
    async ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
      const { providerState, order, known, capture } = question;
      if (!providerState.numtrans || !providerState.numappel) return null;
      const count = await question.daily(question.account.settings.site);
      const { status, numtrans } = await inquire(question, question.fetch, count);
      const isWhole = capture === 'automatic' && !known?.paid;
      const outcomes: Readonly<Record<string, ProviderUpdate['outcome']>> = {
        Autorisé: 'authorized',
        Capturé: isWhole ? 'paid' : 'none',
        Annulé: 'reversed',
        Refusé: 'denied',
      };
      return {
        kind: 'update',
        order,
        key: `inquiry/${providerState.numtrans}/${status}`,
        outcome: outcomes[status] ?? 'none',
        amount: 'asked',
        currency: null,
        movement: providerState.numtrans,
        cumulative: true,
        providerReference: numtrans || providerState.numtrans,
        providerStatus: status,
        detail: {},
      };
    },
  };
}
