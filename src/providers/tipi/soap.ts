/** The web service's SOAP 1.1, document/literal: requests, answers and faults. */
import type { ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { providerError } from '../kit/provider-error.ts';
import { readXml } from '../kit/xml.ts';
import type { TipiSettings } from './settings.ts';

const NAMESPACE =
  'http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** A request. The elements inside it have no namespace and keep the order given. */
export function payfipEnvelope(operation: string, fields: Iterable<readonly [string, string]>): string {
  const inner = [...fields].map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('');
  return `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:pai="${NAMESPACE}"><soapenv:Header/><soapenv:Body><pai:${operation}><arg0>${inner}</arg0></pai:${operation}></soapenv:Body></soapenv:Envelope>`;
}

/** The text members of an element by name. */
export type PayfipMembers = Readonly<Record<string, string>>;

/** An answer: what it returns, or the fault that it is. */
type PayfipAnswer =
  | { readonly kind: 'return'; readonly values: PayfipMembers }
  | { readonly kind: 'fault'; readonly code: string; readonly fault: string; readonly text: string };

/** @throws Problem provider_error when something is there twice: which of the two counts is nobody's to choose. */
function membersOf(value: unknown): PayfipMembers {
  if (typeof value !== 'object' || value === null) return {};
  if (Array.isArray(value) || Object.values(value).some(Array.isArray))
    throw providerError('PayFiP said something twice', value);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, typeof member === 'string' ? member : '']),
  );
}

function parsed(body: string): unknown {
  try {
    return readXml(body);
  } catch {
    return {};
  }
}

/** Whether the body, or the answer in it, is there twice. */
function isDoubled(soap: Record<string, unknown>): boolean {
  return Array.isArray(soap) || Object.values(soap).some(Array.isArray);
}

/**
 * Reads an answer, whatever its HTTP status: faults come with 500.
 * @throws Problem provider_error when it is no SOAP, or says something twice.
 */
export function readPayfipAnswer(body: string): PayfipAnswer {
  const soap = (parsed(body) as { Envelope?: { Body?: Record<string, unknown> } }).Envelope?.Body;
  if (typeof soap !== 'object' || soap === null || Object.keys(soap).length !== 1 || isDoubled(soap)) {
    throw providerError('PayFiP answered something that is no SOAP', body);
  }
  const fault = soap.Fault as { readonly detail?: Record<string, unknown> } | undefined;
  if (fault) {
    const [name, detail] = Object.entries(fault.detail ?? {})[0] ?? ['', {}];
    const { code = '', libelle = '', message = '' } = membersOf(detail);
    return { kind: 'fault', code, fault: name, text: libelle || message };
  }
  const response = Object.values(soap)[0] as { readonly return?: unknown } | undefined;
  return { kind: 'return', values: membersOf(response?.return) };
}

/**
 * Calls an operation of the web service.
 * @throws Problem provider_unreachable when it does not answer, provider_error when the answer is no SOAP.
 */
export async function callPayfip(
  account: ProviderAccount<TipiSettings>,
  fetcher: typeof fetch,
  operation: string,
  fields: Iterable<readonly [string, string]>,
): Promise<PayfipAnswer> {
  const { text } = await callApi(fetcher, atOrigin(account.settings.ws_url, account.endpoints.api), {
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
    body: payfipEnvelope(operation, fields),
  });
  return readPayfipAnswer(text);
}
