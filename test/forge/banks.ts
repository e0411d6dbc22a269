/** The simulated banks of one situation: the network between them and us is played, and what they remember is their own. */
import type { Environment, Redirect } from '../../src/payments/types.ts';
import type { Provider, ProviderAccount } from '../../src/providers/contract.ts';
import { BANKS, bankOf } from '../../src/sandbox/banks/registry.ts';
import type { BankOrder, Memory, Merchant } from '../../src/sandbox/kit/bank.ts';
import { formCharset, formOfPage } from '../../src/sandbox/kit/shopper.ts';
import { answerCall } from '../../src/sandbox/kit/trouble.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { encodeForm } from '../../src/signing/form.ts';
import { bytesText, textBytes } from './letter.ts';

/** Where the banks' servers are. */
export const BANK_API = 'https://api.bank-demo.com';

/** What messages and answers say of their environment in JSON: the banks are simulated, and speak of tests. */
const SPOKEN_OF_TESTS: readonly (readonly [test: RegExp, live: string])[] = [
  [/("mode"\s*:\s*)"TEST"/g, '$1"PRODUCTION"'],
  [/("mode"\s*:\s*)"test"/g, '$1"live"'],
  [/("livemode"\s*:\s*)false/g, '$1true'],
];

/** A bank's text as it would be if the money were real. */
export function asLive(text: string): string {
  return SPOKEN_OF_TESTS.reduce((said, [test, live]) => said.replace(test, live), text);
}

/** What a provider's bank knows of an order whose money is real, where it says otherwise that it is a test. */
const LIVE_ORDERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  paybox: { AUTHORIZATION: '614521' },
};

/** hono's path syntax as a regular expression. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+(\{[^}]*\})?/g, (_, inner) => inner?.slice(1, -1) ?? '[^/]+')}$`);
}

const ROUTES = BANKS.flatMap((bank) =>
  (bank.api ?? []).map(({ method, path }) => ({ bank, method, pattern: pathPattern(path) })),
);

/** An answer that may be given again. */
interface Said {
  readonly body: Uint8Array;
  readonly status: number;
  readonly headers: Headers;
}

function responseOf({ body, ...init }: Said): Response {
  return new Response(body.length > 0 ? body : null, init);
}

export class Banks {
  readonly #environment: Environment;
  readonly #account: string;
  readonly #callback: string;
  readonly #merchants: Merchant[] = [];
  #remembered = new Map<string, string>();
  #orders = 0;
  /** Answers to what only asks, until something else is called. */
  readonly #said = new Map<string, Said>();

  /** @param environment of every merchant here. */
  constructor(environment: Environment, account: string, callback: string) {
    this.#environment = environment;
    this.#account = account;
    this.#callback = callback;
  }

  readonly memory: Memory = {
    get: async (name) => this.#remembered.get(name) ?? null,
    put: async (name, value) => {
      this.#remembered.set(name, value);
    },
  };

  /** What the banks remember now; given back by `restore`. */
  snapshot(): ReadonlyMap<string, string> {
    return new Map(this.#remembered);
  }

  restore(remembered: ReadonlyMap<string, string>): void {
    this.#remembered = new Map(remembered);
    this.#said.clear();
  }

  know({ environment, settings }: ProviderAccount<Record<string, unknown>>): Merchant {
    const merchant = { account: this.#account, environment, settings, callback: this.#callback };
    this.#merchants.push(merchant);
    return merchant;
  }

  readonly fetch = (async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    const url = new URL(sent.url);
    if (url.origin !== BANK_API) throw new Error('no network');
    if (sent.method !== 'GET') this.#said.clear();
    const key = `${sent.url} ${sent.headers.get('authorization')}`;
    const known = this.#said.get(key);
    if (known) return responseOf(known);
    const body = new TextDecoder().decode(await sent.arrayBuffer());
    for (const { bank, method, pattern } of ROUTES) {
      if (method !== sent.method || !pattern.test(url.pathname)) continue;
      const call = {
        method,
        path: url.pathname,
        query: url.search.slice(1),
        headers: sent.headers,
        body,
        origin: url.origin,
      };
      const answer = await answerCall(bank, call, this.#merchants, this.memory);
      if (!answer) continue;
      const spoken = await this.#spoken(answer);
      if (sent.method === 'GET') this.#said.set(key, spoken);
      return responseOf(spoken);
    }
    return new Response('no bank has this path', { status: 404 });
  }) as typeof fetch;

  async #spoken(answer: Response): Promise<Said> {
    const { status, headers } = answer;
    const body = new Uint8Array(await answer.arrayBuffer());
    if (this.#environment !== 'production') return { body, status, headers };
    // By its bytes: not every bank speaks UTF-8.
    return { body: textBytes(asLive(bytesText(body))), status, headers };
  }

  /** The shopper follows a redirect. @throws BankError */
  async receive(provider: Provider, given: Redirect, merchant: Merchant): Promise<BankOrder> {
    const redirect = given.kind === 'html' ? formOfPage(given.html) : given;
    const url = new URL(redirect.url, BANK_API);
    const body =
      redirect.kind === 'form'
        ? encodeForm(
            redirect.fields.map(({ name, value }) => [name, value] as const),
            formCharset(redirect),
          )
        : '';
    const received = await bankOf(provider.id).receive(
      { method: redirect.method, path: url.pathname, query: url.search.slice(1), body: utf8(body ?? '') },
      [merchant],
      this.memory,
    );
    this.#orders += 1;
    const live = this.#environment === 'production' ? LIVE_ORDERS[provider.id] : {};
    const data = { ...received.data, ...live };
    return { ...received, data, id: `forge${this.#orders}`, bank: provider.id };
  }
}
