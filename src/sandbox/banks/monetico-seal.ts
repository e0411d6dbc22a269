/** The simulated bank's own recipes: its key, its seal, its numbers and amounts. Facts: providers/monetico/SHEET.md. */
import { createHash, createHmac } from 'node:crypto';
import type { Merchant } from '../kit/bank.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

/** The operational key: 20 bytes. */
function operationalKey(shown: string): Buffer {
  const last = shown.charCodeAt(38);
  const tail =
    last > 70 && last < 97
      ? String.fromCharCode(last - 23) + shown.slice(39)
      : shown.slice(38).replace(/M$/, '0');
  return Buffer.from(shown.slice(0, 38) + tail, 'hex');
}

/** The seal of a form or message, in upper case; its MAC is left out. */
export function moneticoSeal(pairs: Pairs, merchant: Merchant, encoding: BufferEncoding = 'utf8'): string {
  const text = pairs
    .filter(([name]) => name !== 'MAC')
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('*');
  return createHmac('sha1', operationalKey(String(merchant.settings.key)))
    .update(text, encoding)
    .digest('hex')
    .toUpperCase();
}

/** The number of an authorisation: six digits, of its order and its place there. */
export function authorisationNumber(reference: string, index = 0): string {
  const digest = createHash('sha256').update(`${reference}/${index}`).digest();
  return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, '0');
}

/** An amount as the bank reads it, in minor units. */
export function readAmount(text: string): { readonly amount: number; readonly currency: string } | null {
  const [, whole = '', cents = '', currency = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?([A-Z]{3})$/.exec(text) ?? [];
  if (currency === '') return null;
  if (currency === 'JPY') return Number(cents) === 0 ? { amount: Number(whole), currency } : null;
  return { amount: Number(whole) * 100 + Number(cents.padEnd(2, '0')), currency };
}
