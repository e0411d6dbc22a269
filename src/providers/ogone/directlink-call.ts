/**
 * One call of DirectLink: a form signed with SHA-IN, and an XML answer that nobody signs, over HTTPS, which is compared with its
 * question. Facts: SHEET.md, "After payment".
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { type Ncresponse, readNcresponse } from './ncresponse.ts';
import type { OgoneSettings } from './settings.ts';
import { signDirectLink } from './signatures.ts';
import { ncerrorFamily } from './statuses.ts';

type Account = ProviderAccount<OgoneSettings>;
type Fields = readonly (readonly [name: string, value: string])[];

/** What a call is about. */
export interface DirectLinkQuestion {
  readonly account: Account;
  readonly order: string;
  /** ISO 4217 alpha. */
  readonly currency: string;
  /** Undefined: not known, and the order number is what the call names. */
  readonly payid: string | undefined;
  readonly fetch: typeof fetch;
}

/** @returns what the platform said, as an error of the provider. */
export function directLinkError(detail: string, { ncerror, ncerrorplus, providerStatus }: Ncresponse) {
  const code = ncerror || `STATUS ${providerStatus}`;
  return new Problem('provider_error', `${detail} ${code} ${ncerrorplus}`.trim(), {
    provider: { code, text: ncerrorplus },
  });
}

const NAMES_NOTHING: ReadonlySet<string> = new Set(['', '0']);

/** Whether an answer names no transaction: that of a call which failed, or about an order that the platform does not know. */
export function namesNothing({ payid }: Ncresponse): boolean {
  return NAMES_NOTHING.has(payid);
}

/** STATUS of what is no transaction's or operation's state: none, a request that is not valid, a query that failed. */
const NO_STATE: ReadonlySet<string> = new Set(['', '0', '88']);

/**
 * Whether an answer says something of a transaction or operation. One that the platform declined, or does not know itself, comes with its
 * own NCERROR, which is not that of the call.
 */
export function isOfTransaction({ ok, isContradiction, providerStatus, ncerror }: Ncresponse): boolean {
  if (ok) return true;
  return !isContradiction && !NO_STATE.has(providerStatus) && ['2', '3'].includes(ncerrorFamily(ncerror));
}

/**
 * An answer names what it is about. That of a call which failed may name nothing.
 * @throws Refusal wrong_attempt when it is about something else.
 */
function requireAbout(answer: Ncresponse, { order, payid, currency }: DirectLinkQuestion): void {
  const isStrict = isOfTransaction(answer);
  const isOther = (said: string, wanted: string | undefined) =>
    wanted !== undefined && said !== wanted && (isStrict || !NAMES_NOTHING.has(said));
  if (isOther(answer.order, order))
    throw new Refusal('wrong_attempt', `the answer is about the order ${answer.order}`);
  if (isOther(answer.payid, payid))
    throw new Refusal('wrong_attempt', `the answer is about the PAYID ${answer.payid}`);
  // A query may leave out the currency, and then says nothing about an amount either.
  if (answer.currency !== '' && answer.currency !== currency)
    throw new Refusal('wrong_attempt', `the answer is in ${answer.currency}`);
}

/** What the platform says where SHASIGN does not fit, or is missing. */
function isSignatureError({ ncerror, ncerrorplus }: Ncresponse): boolean {
  return ncerror === '50001184' || /unknown order\/[01]\/s/.test(ncerrorplus);
}

/**
 * The calls for the accounts of one brand.
 * @param host the origin of the brand's pages.
 */
export function directLinkCalls(host: string) {
  /**
   * @param unlisted as in signDirectLink.
   * @throws Problem provider_error, provider_unreachable; misconfigured when pswd is not in the account's charset.
   */
  async function post(
    fetcher: typeof fetch,
    account: Account,
    page: 'maintenancedirect.asp' | 'querydirect.asp',
    about: Fields,
    unlisted: string | null = null,
  ): Promise<Ncresponse> {
    const { settings } = account;
    const stage = account.environment === 'production' ? 'prod' : 'test';
    const fields: Fields = [
      ['PSPID', settings.pspid],
      ['USERID', settings.userid ?? ''],
      ['PSWD', settings.pswd ?? ''],
      ...about,
    ];
    const { signature } = signDirectLink(settings, { fields }, unlisted);
    const body = encodeForm([...fields, ['SHASIGN', signature] as const], charset(settings.encoding));
    if (body === null)
      throw new Problem('misconfigured', "the password of the API user is not in the account's charset");
    const url = atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.api);
    const { status, text } = await callApi(fetcher, url, { headers: { 'content-type': FORM }, body });
    const answer = readNcresponse(text);
    if (status !== 200 || (answer.providerStatus === '' && answer.ncerror === ''))
      throw providerError(
        `the provider answered ${status} and nothing that can be read`,
        text.slice(0, 1000),
      );
    return answer;
  }

  return {
    /**
     * maintenancedirect.asp: executes an operation.
     * @param send as in OperationOrder.
     * @throws Refusal when the answer is about another order, PAYID or currency; Problem as `post`.
     */
    async maintain(
      send: typeof fetch,
      question: DirectLinkQuestion & { readonly payid: string },
      operation: { readonly amount: number; readonly code: string },
    ): Promise<Ncresponse> {
      const answer = await post(send, question.account, 'maintenancedirect.asp', [
        ['PAYID', question.payid],
        ['AMOUNT', String(operation.amount)],
        ['OPERATION', operation.code],
      ]);
      requireAbout(answer, question);
      return answer;
    },

    /**
     * querydirect.asp: the last operation of a transaction. An ORDERID may name several transactions, so it is used only where the
     * PAYID is not known.
     * @throws Refusal when the answer is about another order, PAYID or currency; Problem as `post`.
     */
    async query(question: DirectLinkQuestion): Promise<Ncresponse> {
      const { account, order, payid, fetch: fetcher } = question;
      const answer = await post(fetcher, account, 'querydirect.asp', [
        payid ? ['PAYID', payid] : ['ORDERID', order],
      ]);
      requireAbout(answer, question);
      return answer;
    },

    /**
     * querydirect.asp: one item of a transaction's history, by its PAYIDSUB. Whether the platform wants PAYIDSUB signed is not
     * documented: its list of signed names lacks it, so it is not at first; after a signature error it is.
     */
    historyOf(question: DirectLinkQuestion & { readonly payid: string }) {
      const { account, payid, fetch: fetcher } = question;
      let unlisted: string | null = null;
      const ask = (payidsub: string) =>
        post(
          fetcher,
          account,
          'querydirect.asp',
          [
            ['PAYID', payid],
            ['PAYIDSUB', payidsub],
          ],
          unlisted,
        );
      return async (payidsub: string): Promise<Ncresponse> => {
        let answer = await ask(payidsub);
        if (isSignatureError(answer) && unlisted === null) {
          console.warn({ event: 'directlink.payidsub_signed', account: account.id, ncerror: answer.ncerror });
          unlisted = 'PAYIDSUB';
          answer = await ask(payidsub);
        }
        requireAbout(answer, question);
        return answer;
      };
    },
  };
}
