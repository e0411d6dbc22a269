/** Calls of Worldline's API: each signed with v1HMAC, Date and Content-Type exactly as they are sent. Facts: SHEET.md. */
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi } from '../kit/api-call.ts';
import { worldlineHost } from './hosts.ts';
import type { WorldlineSettings } from './settings.ts';
import { signWorldlineRequest } from './signatures.ts';

/** As it is sent and signed: with a charset behind it, it would be another text. */
const JSON_TYPE = 'application/json';

/** A call below `/v2/{merchantId}`. */
export interface WorldlineCall {
  readonly account: ProviderAccount<WorldlineSettings>;
  readonly now: Date;
  /** Makes the call: `send` for the one call of an operation. */
  readonly fetch: typeof fetch;
  readonly method: 'GET' | 'POST';
  /** Percent-encoded, with its query. */
  readonly path: string;
  readonly body?: object;
  /** At most 40 characters of ASCII: a second call with the same one is answered as the first was, and does nothing. */
  readonly idempotenceKey?: string;
}

/** The headers of a call. A Worker sends the Date that it sets; `X-GCS-Date` beside it is a setting. */
function headersOf({ account, now, body, idempotenceKey }: WorldlineCall): (readonly [string, string])[] {
  const date = now.toUTCString();
  return [
    ...(body ? [['Content-Type', JSON_TYPE] as const] : []),
    ['Date', date],
    ...(account.settings.send_gcs_date ? [['X-GCS-Date', date] as const] : []),
    ...(idempotenceKey ? [['X-GCS-Idempotence-Key', idempotenceKey] as const] : []),
  ];
}

/** Makes a call. Its HTTP status is unjudged. @throws Problem provider_unreachable when it is not answered in time. */
export function callWorldline(call: WorldlineCall): Promise<ApiAnswer> {
  const { account, method, body } = call;
  const { settings, endpoints } = account;
  const address = atOrigin(
    `${worldlineHost(settings.brand, account.environment)}/v2/${encodeURIComponent(settings.merchant_id)}${call.path}`,
    endpoints.api,
  );
  const headers = headersOf(call);
  const path = address.slice(new URL(address).origin.length);
  const { signature } = signWorldlineRequest({ method, path, headers }, settings);
  return callApi(call.fetch, address, {
    method,
    headers: {
      ...Object.fromEntries(headers),
      Authorization: `GCS v1HMAC:${settings.api_key_id}:${signature}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}
