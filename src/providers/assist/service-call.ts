/**
 * Calls of ASSIST's web services, of both generations: forms with login and password over HTTPS.
 *
 * Facts: SHEET.md, "After payment, current" and "After payment, legacy". Texts are asked for in Russian, the language that ASSIST has
 * them all in.
 */
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { type AssistSettings, assistServer, isLegacy } from './settings.ts';

export interface ServiceAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Calls one service.
 * @throws Problem provider_unreachable
 */
export async function callService(
  fetcher: typeof fetch,
  account: ProviderAccount<AssistSettings>,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<ServiceAnswer> {
  const { merchant_id, login = '', password = '' } = account.settings;
  const credentials: Readonly<Record<string, string>> = isLegacy(account.settings)
    ? { Shop_ID: merchant_id, Login: login, PASSWORD: password, Language: '0' }
    : { Merchant_ID: merchant_id, Login: login, Password: password, Language: 'RU' };
  const { status, text } = await callApi(
    fetcher,
    atOrigin(assistServer(account) + path, account.endpoints.api),
    {
      headers: { 'content-type': FORM },
      body: new URLSearchParams({ ...credentials, ...fields }).toString(),
      charset: 'windows-1251',
    },
  );
  return { status, text };
}

/** Why an account has no web services; null: it has. */
export function lacksServices({ login, password }: AssistSettings): string | null {
  return login && password ? null : 'login and password of the web services are not set';
}

/** The values of an answer `NAME:value;...` by their names in upper case; null: it is none, or says a thing twice. */
export function plainAnswer(answer: string): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  for (const part of answer.trim().split(';')) {
    if (part.trim() === '') continue;
    const [name = '', ...rest] = part.split(':');
    const field = name.trim().toUpperCase();
    if (!/^\w+$/.test(field) || rest.length === 0 || values.has(field)) return null;
    values.set(field, rest.join(':').trim());
  }
  return values;
}

/** The error in an answer `NAME:value;...`. Null: an empty answer, or ERROR without a text, is success. */
export function plainError(answer: string): string | null {
  for (const part of answer.trim().split(';')) {
    const [name, ...rest] = part.split(':');
    if (name?.trim() === 'ERROR') return rest.join(':').trim() || null;
  }
  return null;
}
