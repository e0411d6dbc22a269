/**
 * The certificates of tpay's JWS, fetched and kept; signing/x509.ts reads them.
 * Facts: SHEET.md, "Notification". The addresses are checked by jws.ts before anything is fetched.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import type { ProviderAccount, ProviderRequest, VerificationContext } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { readJws, verifyJws } from './jws.ts';
import type { TpaySettings } from './settings.ts';

/** How long a fetched certificate is kept, as the vendor's library does. */
const CERTIFICATE_MS = 7_200_000;

/** A longer answer is no certificate. */
const CERTIFICATE_LIMIT = 16_000;

/** More addresses than tpay has: the oldest one is dropped. */
const MOST_CERTIFICATES = 16;

/** By address, in this isolate, the oldest first. */
const certificates = new Map<string, { readonly pem: string; readonly until: number }>();

async function certificateAt(url: string, context: VerificationContext): Promise<string> {
  const kept = certificates.get(url);
  if (kept && kept.until > context.now.getTime()) return kept.pem;
  const { status, text: pem } = await callApi(context.fetch, url, { method: 'GET', headers: {} });
  if (status !== 200 || pem.length > CERTIFICATE_LIMIT)
    throw new Problem('provider_error', `tpay's certificate answered ${status}`);
  certificates.delete(url);
  certificates.set(url, { pem, until: context.now.getTime() + CERTIFICATE_MS });
  const [oldest] = certificates.keys();
  if (certificates.size > MOST_CERTIFICATES && oldest !== undefined) certificates.delete(oldest);
  return pem;
}

/** The address of the signing certificate comes with the message: where there is none, the message is at fault, and not tpay. */
async function signingAt(url: string, context: VerificationContext): Promise<string> {
  try {
    return await certificateAt(url, context);
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== 'provider_error') throw cause;
    throw new Refusal('signature_malformed', 'there is no certificate at x5u', { cause });
  }
}

/**
 * Checks the JWS of a notification. A certificate that was kept may have been renewed, so after a failure it is fetched anew,
 * once. The root is that of the account's settings, where they pin one.
 * @throws Refusal when the JWS is missing or wrong; Problem when a certificate cannot be fetched.
 */
export async function verifyNotificationJws(
  request: ProviderRequest,
  account: ProviderAccount<TpaySettings>,
  context: VerificationContext,
): Promise<void> {
  const jws = readJws(
    request.headers['x-jws-signature'] ?? '',
    request.body,
    account.environment === 'production',
  );
  const signingUrl = atOrigin(jws.x5u, account.endpoints.api);
  const rootUrl = new URL('/x509/tpay-jws-root.pem', signingUrl).href;
  const verify = async () => {
    const root = account.settings.root_cert_pem || (await certificateAt(rootUrl, context));
    verifyJws(jws, { root, signing: await signingAt(signingUrl, context) }, context.now);
  };
  try {
    await verify();
  } catch (error) {
    // Both, whichever was renewed.
    const wereKept = [signingUrl, rootUrl].filter((url) => certificates.delete(url));
    if (!(error instanceof Refusal) || wereKept.length === 0) throw error;
    await verify();
  }
}
