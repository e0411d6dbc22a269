/**
 * The values of a message of ASSIST, whichever its generation and format, and what has to hold for them to be believed.
 *
 * What ASSIST signs has no separators. So each signed value must have its exact form: then the text can be read in one way only.
 * Facts: SHEET.md, "Notification, current" and "Notification, legacy".
 */
import { Refusal } from '../../payments/errors.ts';
import type { RawField } from '../../signing/form.ts';
import type { ProviderAccount } from '../contract.ts';
import { cameTwice } from '../kit/form-message.ts';
import type { AssistSettings } from './settings.ts';

/** Values by their names: in lower case in the current protocol, as they are in the legacy one. */
export type AssistValues = ReadonlyMap<string, string>;

/**
 * The values of a form.
 * @throws Refusal when a field came twice.
 */
export function formValues(fields: readonly RawField[], names: 'lower-case' | 'as-sent'): AssistValues {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const field = names === 'lower-case' ? name.toLowerCase() : name;
    if (values.has(field)) throw cameTwice('field', field);
    values.set(field, value);
  }
  return values;
}

const FORMS: Readonly<Record<string, RegExp>> = {
  ordernumber: /^[0-9A-Z]{18}$/,
  amount: /^\d{1,15}\.\d\d$/,
  currency: /^[A-Z]{3}$/,
  orderamount: /^\d{1,15}\.\d\d$/,
  ordercurrency: /^[A-Z]{3}$/,
  orderstate: /^[A-Za-z ]+$/,
  OrderNumber: /^[0-9A-Z]{18}$/,
  Total: /^\d{1,15}\.\d\d$/,
  Currency: /^[A-Z]{3}$/,
  BillNumber: /^\d{1,20}$/,
  PacketDate: /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/,
};

/** Whether a field's value has the form that it must have. */
export function hasForm(field: string, value: string | undefined): boolean {
  return FORMS[field]?.test(value ?? '') ?? false;
}

/** @throws Refusal naming the first field that is missing or malformed. */
export function requireForms(values: AssistValues, names: readonly string[]): void {
  for (const field of names) {
    if (!hasForm(field, values.get(field)))
      throw new Refusal('field_missing', `${field} is missing or malformed`, { field });
  }
}

/** @throws Refusal when a message is for another merchant number than the account's. */
export function requireMerchant(
  account: ProviderAccount<AssistSettings>,
  values: AssistValues,
  field: 'merchant_id' | 'Shop_IDP',
): void {
  const received = values.get(field) ?? '';
  if (received !== account.settings.merchant_id)
    throw new Refusal('wrong_account', `the message is for the merchant ${received}`, { field });
}

/**
 * Checks the mark of test or live, where a message has it. It is not signed.
 * @throws Refusal when it is not that of the account.
 */
export function requireEnvironment(
  { environment }: ProviderAccount<AssistSettings>,
  values: AssistValues,
): void {
  const mark = values.get('testmode') ?? '';
  if (mark === '') return;
  const isTest = !/^(?:0|false)$/i.test(mark.trim());
  if (isTest !== (environment === 'production')) return;
  throw new Refusal('wrong_environment', `testmode is ${mark}, and the account is for ${environment}`, {
    field: 'testmode',
  });
}

const DETAIL = [
  'responsecode',
  'Response_Code',
  'operationtype',
  'meantypename',
  'CardType',
  'meannumber',
  'CardNumber',
  'approvalcode',
  'ApprovalCode',
  'Message',
  'Recommendation',
  'testmode',
];

/** Masks the middle of a card's number, should it come whole. */
function masked(value: string): string {
  return value.replace(/\b(\d{6})\d{3,9}(\d{4})\b/g, '$1****$2');
}

/** What an operator may want to see of a message. */
export function detailOf(values: AssistValues): Record<string, string> {
  return Object.fromEntries(
    DETAIL.flatMap((name) => {
      const value = values.get(name);
      return value && value !== 'UNKNOWN' ? [[name, masked(value)] as const] : [];
    }),
  );
}
