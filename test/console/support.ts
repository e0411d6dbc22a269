/** A browser without scripts, for the tests of the console: it keeps cookies, reads forms, and posts them. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { createConsole } from '../../src/console/app.tsx';
import type { ConsoleBindings } from '../../src/console/context.ts';
import { hashPassword } from '../../src/console/passwords.ts';
import type { ConsoleVariables } from '../../src/console/settings.ts';
import { admin, unique } from '../support/harness.ts';

export const CONSOLE = 'https://console.countersign.dev';

/** The world outside, as a test has it. */
export const outside: { fetch: (address: string, init?: RequestInit) => Promise<Response> } = {
  fetch: async (address) => {
    throw new Error(`nothing is at ${address}`);
  },
};

/** The real costs take a fifth of a second for each sign-in; `credentials.test.ts` has them. */
const CHEAP = { N: 16, r: 8, p: 1 };

const app = createConsole({
  now: () => Date.now(),
  random: (bytes) => {
    crypto.getRandomValues(bytes);
  },
  passwordCosts: CHEAP,
  fetch: (address, init) => outside.fetch(address, init),
});

/** The variables of a console with passwords. */
export const WITH_PASSWORDS: ConsoleVariables = {
  PASSWORDS: 'on',
  SECOND_FACTOR: 'optional',
  CONSOLE_KEY: btoa('the console key of the tests....'),
};

/** A page that was answered. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where the browser was led in the end. */
  readonly path: string;
}

/** The entities that hono writes. */
function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return match ? unescaped(match[1] ?? '') : null;
}

/** The fields of a form of a page as a browser would post them. @param action where it is posted. */
export function formOf(text: string, action: string): URLSearchParams {
  const forms = [...text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
  const form = forms.find((one) => attribute(one, 'action') === action);
  if (!form)
    throw new Error(`there is no form to ${action} in: ${text.replace(/<[^>]*>/g, ' ').slice(0, 500)}`);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const [name, type] = [attribute(tag, 'name'), attribute(tag, 'type')];
    if (!name || ((type === 'checkbox' || type === 'radio') && !/\schecked\b/.test(tag))) continue;
    fields.append(name, attribute(tag, 'value') ?? (type === 'checkbox' ? 'on' : ''));
  }
  for (const [, tag = '', options = ''] of form.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    const chosen = all.find((option) => /\sselected\b/.test(option)) ?? all[0];
    fields.append(attribute(tag, 'name') ?? '', chosen ? (attribute(chosen, 'value') ?? '') : '');
  }
  for (const [, tag = '', value = ''] of form.matchAll(/(<textarea\b[^>]*>)([\s\S]*?)<\/textarea>/g))
    fields.append(attribute(tag, 'name') ?? '', unescaped(value));
  return fields;
}

let browsers = 0;

export class Browser {
  /** Another for each: wrong tries of one test are none of the next. */
  readonly address = `198.18.${Math.floor(++browsers / 250)}.${browsers % 250}`;
  readonly cookies = new Map<string, string>();
  readonly #variables: ConsoleVariables;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(variables: ConsoleVariables = WITH_PASSWORDS, headers: Readonly<Record<string, string>> = {}) {
    this.#variables = variables;
    this.#headers = headers;
  }

  /** One request, whose redirect is not followed. */
  async request(
    path: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const url = new URL(path, CONSOLE);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = new Request(url, {
      redirect: 'manual',
      ...init,
      headers: {
        'accept-language': 'en',
        'user-agent': 'a browser of the tests',
        'cf-connecting-ip': this.address,
        ...this.#headers,
        ...init.headers,
        ...(cookie && { cookie }),
      },
    });
    const bindings: ConsoleBindings = {
      ...this.#variables,
      GATEWAY: exports.OperatorApi as unknown as ConsoleBindings['GATEWAY'],
      ONCE: (env as unknown as ConsoleBindings).ONCE,
      GATES: (env as unknown as ConsoleBindings).GATES,
    };
    const response = await app.fetch(request, bindings, createExecutionContext());
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async #seen(path: string, response: Response, hops = 0): Promise<Seen> {
    const location = response.headers.get('location');
    if (location && response.status >= 300 && response.status < 400 && hops < 5) {
      const to = new URL(location, new URL(path, CONSOLE));
      if (to.origin !== CONSOLE)
        return { status: response.status, headers: response.headers, text: '', path: to.href };
      return this.#seen(to.pathname + to.search, await this.request(to.pathname + to.search), hops + 1);
    }
    return { status: response.status, headers: response.headers, text: await response.text(), path };
  }

  async open(path: string): Promise<Seen> {
    return this.#seen(path, await this.request(path));
  }

  /** Posts fields as they are. */
  async post(path: string, fields: URLSearchParams | Record<string, string>): Promise<Seen> {
    const body = new URLSearchParams(fields);
    return this.#seen(path, await this.request(path, { method: 'POST', body, headers: { origin: CONSOLE } }));
  }

  /** Fills in a form of a page and sends it. @param action where the form is posted. */
  submit(page: Seen, action: string, typed: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const fields = formOf(page.text, action);
    for (const [name, value] of Object.entries(typed)) fields.set(name, value);
    return this.post(action, fields);
  }

  /** Signs in by password. */
  async signIn(email: string, password = PASSWORD): Promise<Seen> {
    return this.submit(await this.open('/console/sign-in'), '/console/sign-in', { email, password });
  }
}

export const PASSWORD = 'a long password of the tests';

/** An operator with a password. */
export async function makeOperator(
  grant: object = { role: 'owner' },
): Promise<{ id: string; email: string }> {
  const email = `${unique()}@example.com`;
  const { body } = await admin<{ id: string }>('POST', '/users', { email, name: 'Zoé', ...grant });
  const random = (bytes: Uint8Array) => {
    crypto.getRandomValues(bytes);
  };
  const hash = hashPassword(PASSWORD, random, CHEAP);
  await exports.OperatorApi.putCredential(body.id, { passwordHash: hash }, { address: null, agent: null });
  return { id: body.id, email };
}

/** A browser where an operator is signed in. */
export async function signedIn(
  grant?: object,
): Promise<Browser & { readonly user: string; readonly email: string }> {
  const { id, email } = await makeOperator(grant);
  const browser = new Browser();
  const seen = await browser.signIn(email);
  if (seen.status !== 200) throw new Error(`not signed in: ${seen.status} ${seen.text.slice(0, 500)}`);
  return Object.assign(browser, { user: id, email });
}
