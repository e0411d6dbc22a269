/** ASSIST's answers as they are changed on their way: what the tests of its operations share. */
import { createHash } from 'node:crypto';
import { demoSettings, type Journey } from '../../support/harness.ts';
import { bankEntry, outcome } from '../operations-support.ts';

export const CANCEL = '/cancel/cancel.cfm';
export const CHARGE = '/charge/charge.cfm';
export const RESULT = '/orderresult/orderresult.cfm';
export const LEGACY = {
  mode: 'legacy',
  sendresult_secret: 'Sendresult-Secret-1',
  login: 'demo-shop',
  password: 'demo-password',
};

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();

/** The signature of an answer. */
export const checkvalue = (text: string) => md5(md5(String(demoSettings('assist').salt)) + md5(text));

/** What the shop reads of the newest operation. */
export const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);

/** The newest operation in the book of the bank. */
export const newest = async (attempt: Journey) => {
  const operation = (await bankEntry(attempt)).done.at(-1);
  if (!operation) throw new Error('the bank has none');
  return operation;
};

/** An answer of an older form: one order, with the values of its last operation among its own. */
export function flat(attempt: Journey, changes: Record<string, string> = {}): string {
  const values: Record<string, string> = {
    ordernumber: attempt.order.order,
    billnumber: '500000000000001',
    testmode: '1',
    orderamount: '100.00',
    ordercurrency: 'RUB',
    amount: '10.00',
    currency: 'RUB',
    orderstate: 'PartialCanceled',
    responsecode: 'AS000',
    packetdate: `21.11.2026 11:00:${String(Date.now() % 60).padStart(2, '0')}`,
    ...changes,
  };
  const text = `679471${values.ordernumber}${values.amount}${values.currency}${values.orderstate}`;
  const inner = Object.entries({ checkvalue: checkvalue(text), ...values })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<?xml version="1.0"?><result firstcode="0" secondcode="0" count="1"><orders><order>${inner.join('')}</order></orders></result>`;
}

/** Puts another text into the last element of each name. */
export const withElements =
  (changes: Record<string, string>) =>
  (text: string): string =>
    Object.entries(changes).reduce((changed, [name, value]) => {
      const at = changed.lastIndexOf(`<${name}>`);
      const end = changed.indexOf(`</${name}>`, at);
      return (
        changed.slice(0, at) +
        (value && `<${name}>${value}`) +
        changed.slice(value ? end : end + name.length + 3)
      );
    }, text);
