/** The calls of our bridge (src/bridge/sips.ts), which runs the bank's executables where they are. */
import { Problem } from '../../payments/errors.ts';
import type { ProviderAccount, VerificationContext } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { bridgeHeaders } from './bridge-signature.ts';
import { isSafeBridge, type SipsSettings } from './settings.ts';

/**
 * Has the bridge run an executable.
 * @returns for `request`: code, error, form; for `response`: code, error, fields (by the names of middleware.ts).
 * @throws Problem misconfigured when its address is not https; provider_unreachable when the bridge or the executable does not answer; provider_error when the answer is no JSON.
 */
export async function callSipsBridge(
  account: ProviderAccount<SipsSettings>,
  context: VerificationContext,
  executable: 'request' | 'response',
  message: object,
): Promise<Record<string, unknown>> {
  const { bridgeUrl, bridgeSecret } = account.settings;
  const url = atOrigin(`${bridgeUrl.replace(/\/$/, '')}/${executable}`, account.endpoints.api);
  if (!isSafeBridge(url))
    throw new Problem('misconfigured', 'the bridge must be called by https: its answers are not signed');
  const body = JSON.stringify(message);
  const headers = bridgeHeaders(bridgeSecret, context.now, new URL(url).pathname, body);
  const answer = await callApi(context.fetch, url, { headers, body });
  if (answer.status !== 200) {
    throw new Problem('provider_unreachable', `the SIPS bridge answered ${answer.status}`, {
      cause: answer.text,
    });
  }
  return jsonObject(answer.text);
}
