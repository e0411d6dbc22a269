/**
 * A client of PolyBanking, written from its sheet alone: nothing of countersign is imported. Other languages' clients
 * do the same: sign, post a form, read JSON, check the IPN.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface Keys {
  readonly request: string;
  readonly ipn: string;
  readonly api: string;
}

export interface StartAnswer {
  readonly status: string;
  readonly url: string;
}

export interface Ipn {
  readonly reference: string;
  readonly status: string;
  readonly good: boolean;
  readonly lastUpdate: Date;
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

export function sign(data: Record<string, string>, secret: string): string {
  const escaped = (text: string) => text.split(';').join('!!').split('=').join('??');
  let text = '';
  for (const name of Object.keys(data).sort())
    text += `${escaped(name)}=${escaped(data[name] ?? '')};${secret};`;
  return createHash('sha512').update(text, 'utf8').digest('hex');
}

export class PolyBankingClient {
  readonly #config: string;
  readonly #keys: Keys;
  readonly #send: Send;

  constructor(config: string, keys: Keys, send: Send) {
    this.#config = config;
    this.#keys = keys;
    this.#send = send;
  }

  /** The fields of a start, signed; `change` is what an attacker or a bug does to them afterwards. */
  fields(amount: string, reference: string, extra: string | null = ''): Record<string, string> {
    const signed = { amount, reference, extra_data: extra ?? '', config_id: this.#config };
    const { extra_data: _extra, ...without } = signed;
    return { ...(extra === null ? without : signed), sign: sign(signed, this.#keys.request) };
  }

  async post(fields: Record<string, string>, multipart = false): Promise<[number, StartAnswer]> {
    const body = multipart ? new FormData() : new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const response = await this.#send('/paiements/start/', { method: 'POST', body });
    return [response.status, await response.json<StartAnswer>()];
  }

  start(amount: string, reference: string, extra: string | null = ''): Promise<[number, StartAnswer]> {
    return this.post(this.fields(amount, reference, extra));
  }

  /** What an IPN says, or null when its signature is not right. */
  readIpn(body: string): Ipn | null {
    const { sign: received = '', ...data } = Object.fromEntries(new URLSearchParams(body));
    const expected = sign(data, this.#keys.ipn);
    if (received.length !== expected.length) return null;
    if (!timingSafeEqual(Buffer.from(received), Buffer.from(expected))) return null;
    const update = data.last_update ?? '';
    // As the Python client does: cut the offset, parse the rest to the second.
    const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(update.slice(0, -6)) ?? [];
    if (!date || !time) throw new Error(`last_update is ${update}`);
    return {
      reference: data.reference ?? '',
      status: data.postfinance_status ?? '',
      good: data.postfinance_status_good === 'True',
      lastUpdate: new Date(`${date}T${time}Z`),
    };
  }

  async #api<T>(path: string, extra: Record<string, string> = {}): Promise<T> {
    const body = new URLSearchParams({ config_id: this.#config, secret: this.#keys.api, ...extra });
    const response = await this.#send(path, { method: 'POST', body });
    if (response.status !== 200) throw new Error(String(response.status));
    const { result, data } = await response.json<{ result: string; data: T }>();
    if (result !== 'ok') throw new Error(result);
    return data;
  }

  transactions(max?: string): Promise<{ reference: string }[]> {
    return this.#api('/api/transactions/', max === undefined ? {} : { max_transaction: max });
  }

  transaction(reference: string): Promise<Record<string, unknown>> {
    return this.#api(`/api/transactions/${encodeURI(reference)}/`);
  }

  logs(
    reference: string,
  ): Promise<{ when: string; extra_data: string; log_type: string; log_type_text: string }[]> {
    return this.#api(`/api/transactions/${encodeURI(reference)}/logs/`);
  }
}
