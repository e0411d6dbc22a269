/** Failures on purpose of the calls that move money after a payment. Each affects the next such call, once. */
import type { ApiCall, Bank, Memory, Merchant, Trouble } from './bank.ts';

function place(bank: Bank): string {
  return `trouble/${bank.providers.join('+')}`;
}

/** Has the next call that moves money at a bank fail in a given way; null: it does not. */
export function makeTrouble(bank: Bank, trouble: Trouble | null, memory: Memory): Promise<void> {
  return memory.put(place(bank), trouble ?? '');
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
  if (!bank.movesMoney?.(call)) return bank.answer({ ...call, trouble: null }, merchants, memory);
  const trouble = (await memory.get(place(bank))) as Trouble | '' | null;
  if (trouble) await memory.put(place(bank), '');
  if (trouble === 'hang') return never();
  if (trouble === 'html') return new Response('<html><h1>Bad gateway</h1></html>', { status: 500 });
  const answered = await bank.answer({ ...call, trouble: trouble || null }, merchants, memory);
  return trouble === 'lost' ? never() : answered;
}
