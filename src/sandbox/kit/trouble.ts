/**
 * Failures on purpose: troubles of the calls that move money after a payment, each of which affects the next such call, once; and
 * outages, which affect every call until they are ended.
 */
import type { ApiCall, Bank, Memory, Merchant, Outage, Trouble } from './bank.ts';

function place(bank: Bank): string {
  return `trouble/${bank.providers.join('+')}`;
}

/** Has the next call that moves money at a bank fail in a given way; null: it does not. */
export function makeTrouble(bank: Bank, trouble: Trouble | null, memory: Memory): Promise<void> {
  return memory.put(place(bank), trouble ?? '');
}

function outagePlace(bank: Bank): string {
  return `outage/${bank.providers.join('+')}`;
}

/** Has every call of a bank's API fail from now on; null: no more. */
export function makeOutage(bank: Bank, outage: Outage | null, memory: Memory): Promise<void> {
  return memory.put(outagePlace(bank), outage ?? '');
}

/** Longer than anybody waits. */
const FOREVER_MS = 20_000;

async function never(): Promise<Response> {
  await new Promise((done) => setTimeout(done, FOREVER_MS));
  return new Response('too late', { status: 504 });
}

/** A bank's answer to a call of its API, with the failure that is due; null: the bank has no API. */
export async function answerCall(
  bank: Bank,
  call: Omit<ApiCall, 'trouble'>,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response | null> {
  if (!bank.answer) return null;
  const outage = (await memory.get(outagePlace(bank))) as Outage | '' | null;
  if (outage === 'silent') return never();
  if (outage === 'down') return new Response('<html><h1>Internal server error</h1></html>', { status: 500 });
  if (!bank.movesMoney?.(call)) return bank.answer({ ...call, trouble: null }, merchants, memory);
  const trouble = (await memory.get(place(bank))) as Trouble | '' | null;
  if (trouble) await memory.put(place(bank), '');
  if (trouble === 'hang') return never();
  if (trouble === 'html') return new Response('<html><h1>Bad gateway</h1></html>', { status: 500 });
  const answered = await bank.answer({ ...call, trouble: trouble || null }, merchants, memory);
  return trouble === 'lost' ? never() : answered;
}
