/** The pages for shoppers, for `npm run screenshots` and for the tests in a browser: how each is reached, against a local server. */
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';

/** A page to be shown. */
export interface PageToShow {
  readonly name: string;
  /** Where it is. @param language what the payment's shopper speaks */
  readonly at: (place: Checkout, language: string) => Promise<string>;
  /** Kept in the browser where it was shown, because it goes on by itself. */
  readonly goesOn?: boolean;
}

interface Made {
  readonly id: string;
  readonly checkoutUrl: string;
  readonly shortUrl: string;
}

/** Calls of the API of a local server, with a shop of our own whose pages are shown. */
export class Checkout {
  readonly origin: string;
  /** The shop, a new one each time: its key is shown when it is made. */
  readonly shop = `pages-${Date.now()}`;
  #apiKey = '';
  #count = 0;

  constructor(origin: string) {
    this.origin = origin;
  }

  async call<T>(method: string, path: string, body?: object, key = 'local-admin-token'): Promise<T> {
    const response = await fetch(`${this.origin}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** A shop with a colour, a bank that is down, and one without return addresses. */
  async prepare(): Promise<void> {
    // Nothing listens at port 9.
    await this.call('PUT', '/admin/accounts/dead', {
      provider: 'payu',
      caption: 'Down',
      displayName: 'Przelewy bankowe i karty płatnicze',
      kind: 'bank',
      environment: 'sandbox',
      settings: DEMO_ACCOUNTS.payu?.settings,
      endpoints: { page: 'http://127.0.0.1:9', api: 'http://127.0.0.1:9' },
    });
    const { keys } = await this.call<{ keys: { apiKey: string } }>('PUT', `/admin/shops/${this.shop}`, {
      name: 'Kolejka i Synowie',
      testMode: true,
      accounts: [
        'paybox-sandbox',
        'przelewy24-sandbox',
        'payu-sandbox',
        'postfinance-sandbox',
        'paymill-sandbox',
        'sips-sandbox',
        'ogone-sandbox',
        'dead',
      ],
      returnUrl: { success: null, failure: null },
    });
    this.#apiKey = keys.apiKey;
    await this.call('PUT', `/admin/shops/${this.shop}/branding`, { name: null, color: '#9a3412' });
  }

  /** A payment of that shop. */
  pay(fields: object): Promise<Made> {
    const order = {
      reference: `zam-2026-${this.#count++}-${Date.now() % 100_000}`,
      amount: AMOUNT,
      currency: 'EUR',
    };
    return this.call(
      'POST',
      '/payments',
      { ...order, description: 'Concert tickets, row 4', ...fields },
      this.#apiKey,
    );
  }

  cancel(id: string): Promise<unknown> {
    return this.call('POST', `/payments/${id}/cancel`, {}, this.#apiKey);
  }

  /** Has the simulated bank of a payment decide. @param account where the shopper chooses one */
  async decide(id: string, decision: string, account?: string): Promise<void> {
    const response = await fetch(`${this.origin}/sandbox/payments/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ decision, ...(account !== undefined && { account }) }),
    });
    if (!response.ok) throw new Error(`${decision}: ${response.status} ${await response.text()}`);
  }
}

/** What the shop sells: the whole, and its lines, more of them than a page shows at once. */
const WARES: Readonly<Record<string, readonly [whole: string, ...lines: string[]]>> = {
  en: [
    'Concert tickets, row 4',
    'Stalls, row 4',
    'Programme',
    'Cloakroom',
    'Sparkling wine',
    'Water',
    'Donation',
    'Booking fee',
  ],
  fr: [
    'Billets de concert, rang 4',
    'Parterre, rang 4',
    'Programme',
    'Vestiaire',
    'Crémant',
    'Eau',
    'Don',
    'Frais',
  ],
  pl: [
    'Bilety na koncert, rząd 4',
    'Parter, rząd 4',
    'Program',
    'Szatnia',
    'Wino musujące',
    'Woda',
    'Darowizna',
    'Opłata',
  ],
  ru: [
    'Билеты на концерт, ряд 4',
    'Партер, ряд 4',
    'Программа',
    'Гардероб',
    'Игристое вино',
    'Вода',
    'Пожертвование',
    'Сбор',
  ],
};

const waresIn = (language: string) => WARES[language] ?? WARES.en ?? ['Concert tickets'];

/** A payment of a shopper who speaks a language. */
const customer = (language: string) => ({
  customer: { email: 'jane@example.com', language },
  description: waresIn(language)[0],
});

const AMOUNT = 123_456;

/** What everything but the tickets costs. */
const EXTRAS = [1800, 600, 2400, 900, 2500, 350];

/** The first lines of what is bought, which come to the amount. */
function linesIn(language: string, count: number) {
  const [, ...names] = waresIn(language);
  const extras = EXTRAS.slice(0, count - 1);
  const tickets = AMOUNT - extras.reduce((sum, extra) => sum + extra, 0);
  return [tickets, ...extras].map((amount, index) => ({
    name: names[index] ?? '',
    quantity: 1 + ((index + 1) % 3),
    amount,
  }));
}

/** The set that was designed. The names are those of the files. */
export const CHECKOUT_PAGES: readonly PageToShow[] = [
  {
    name: 'choose',
    at: async (place, language) => (await place.pay(customer(language))).checkoutUrl,
  },
  {
    name: 'choose-lines',
    at: async (place, language) =>
      (await place.pay({ ...customer(language), lineItems: linesIn(language, 7) })).checkoutUrl,
  },
  {
    name: 'choose-again',
    at: async (place, language) => {
      const { id, checkoutUrl } = await place.pay(customer(language));
      await place.decide(id, 'decline', 'postfinance-sandbox');
      return checkoutUrl;
    },
  },
  {
    name: 'going',
    at: async (place, language) =>
      `${(await place.pay({ ...customer(language), account: 'ogone-sandbox' })).checkoutUrl}?lang=${language}`,
  },
  {
    name: 'waiting',
    goesOn: true,
    at: async (place, language) =>
      `${(await place.pay({ ...customer(language), account: 'payu-sandbox' })).checkoutUrl}/wait`,
  },
  {
    name: 'done',
    at: async (place, language) => {
      const fields = { account: 'postfinance-sandbox', lineItems: linesIn(language, 3) };
      const { id, checkoutUrl } = await place.pay({ ...customer(language), ...fields });
      await place.decide(id, 'pay');
      return checkoutUrl;
    },
  },
  {
    name: 'not-paid',
    at: async (place, language) => {
      const { id, checkoutUrl } = await place.pay({ ...customer(language), account: 'ogone-sandbox' });
      await place.decide(id, 'decline');
      return `${checkoutUrl}/wait?until=0`;
    },
  },
  {
    name: 'called-off',
    at: async (place, language) => {
      const { id, checkoutUrl } = await place.pay({ ...customer(language), account: 'payu-sandbox' });
      await place.cancel(id);
      return checkoutUrl;
    },
  },
  {
    name: 'trouble',
    at: async (place, language) => (await place.pay({ ...customer(language), account: 'dead' })).checkoutUrl,
  },
  {
    name: 'unknown',
    at: async (place, language) => `${place.origin}/pay/7ZK0M3Q9T2V8XW4B/x?lang=${language}`,
  },
  {
    name: 'card',
    at: async (place, language) =>
      (await place.pay({ ...customer(language), account: 'paymill-sandbox' })).checkoutUrl,
  },
  {
    name: 'sips',
    at: async (place, language) =>
      (await place.pay({ ...customer(language), account: 'sips-sandbox' })).checkoutUrl,
  },
];

/** One picture. */
export interface Shot {
  readonly page: string;
  readonly language: string;
  readonly width: 375 | 1280;
  readonly scheme: 'light' | 'dark';
}

/** Those that stand in docs/screenshots. */
export const CHECKOUT_SHOTS: readonly Shot[] = [
  { page: 'choose', language: 'en', width: 375, scheme: 'light' },
  { page: 'choose', language: 'pl', width: 375, scheme: 'dark' },
  { page: 'choose', language: 'en', width: 1280, scheme: 'light' },
  { page: 'choose-again', language: 'fr', width: 375, scheme: 'light' },
  { page: 'going', language: 'ru', width: 375, scheme: 'light' },
  { page: 'waiting', language: 'ru', width: 375, scheme: 'dark' },
  { page: 'done', language: 'fr', width: 375, scheme: 'light' },
  { page: 'not-paid', language: 'pl', width: 375, scheme: 'light' },
  { page: 'trouble', language: 'en', width: 375, scheme: 'light' },
  { page: 'card', language: 'en', width: 375, scheme: 'light' },
];
