/**
 * Calls of ePay's payment web service, `/remote/payment.asmx`: SOAP 1.1 over HTTPS. Nothing is signed. The caller shows a
 * password, which may be empty where the panel limits the addresses that may call.
 *
 * Facts: SHEET.md, "After payment".
 */
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { providerError } from '../kit/provider-error.ts';
import { readXml } from '../kit/xml.ts';
import type { EpaydkSettings } from './settings.ts';

const NAMESPACE = 'https://ssl.ditonlinebetalingssystem.dk/remote/payment';

/** The elements of an answer, or of one of its elements, by their names. */
export type SoapElements = Readonly<Record<string, unknown>>;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(value: string): string {
  return value.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
}

/**
 * That no element is said twice, however its name is written: a reader could take either.
 * @throws Problem provider_error
 */
export function requireOnce(elements: SoapElements): void {
  const names = Object.keys(elements).map((name) => name.toLowerCase());
  const isTwice = new Set(names).size < names.length || Object.values(elements).some(Array.isArray);
  if (isTwice) throw providerError('the provider answered a thing twice');
}

/**
 * Calls an operation.
 * @param fields its parameters in their order, between the merchant number and the password.
 * @returns the elements of the answer, and whether the operation's result is true.
 * @throws Problem provider_unreachable; provider_error when the answer is not that of the operation.
 */
export async function callPaymentService(
  fetcher: typeof fetch,
  { settings, endpoints }: ProviderAccount<EpaydkSettings>,
  operation: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly answer: SoapElements }> {
  const all = { merchantnumber: settings.merchantnumber, ...fields, pwd: settings.webservice_password ?? '' };
  const inner = Object.entries(all).map(([field, value]) => `<${field}>${escaped(value)}</${field}>`);
  const body = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><${operation} xmlns="${NAMESPACE}">${inner.join('')}</${operation}></soap:Body></soap:Envelope>`;
  const { status, text } = await callApi(fetcher, atOrigin(`${NAMESPACE}.asmx`, endpoints.api), {
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${NAMESPACE}/${operation}"` },
    body,
  });
  const answer = status === 200 ? bodyElement(text, `${operation}Response`) : null;
  const result = answer?.[`${operation}Result`];
  if (answer) requireOnce(answer);
  // A fault of the service, and an answer to another operation, have no such element.
  if (!answer || (result !== 'true' && result !== 'false')) {
    throw providerError(`the provider answered ${status} and nothing that can be read`, text.slice(0, 1000));
  }
  return { ok: result === 'true', answer };
}

function bodyElement(text: string, name: string): SoapElements | null {
  try {
    const tree = readXml(text) as { Envelope?: { Body?: Record<string, unknown> } };
    const found = tree.Envelope?.Body?.[name];
    const isOne = typeof found === 'object' && found !== null && !Array.isArray(found);
    return isOne ? (found as SoapElements) : null;
  } catch {
    return null;
  }
}

/**
 * The text of an element by its name in lower case, without regard to case: pbsresponse is also written pbsResponse. Empty where
 * there is none.
 */
export function elementText(elements: SoapElements, name: string): string {
  const found = Object.entries(elements).find(([key]) => key.toLowerCase() === name);
  return typeof found?.[1] === 'string' ? found[1] : '';
}
