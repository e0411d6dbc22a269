import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Channel, Provider, ProviderAccount } from '../../src/providers/contract.ts';
import { type Letter, looksSigned, type Part, requestOf, saying, withTexts } from './letter.ts';
import { READ_AT, type World } from './world.ts';

export type Message = Awaited<ReturnType<Provider['notification']>>;

export type Account = ProviderAccount<Record<string, unknown>>;

/** Reads a message as the provider's code does, without the gateway around it. */
export type Read = (letter: Letter) => Promise<Message>;

export function reader(provider: Provider, account: Account, channel: Channel, fetcher: typeof fetch): Read {
  return (letter) =>
    provider.notification(requestOf(letter), account, channel, { now: READ_AT, fetch: fetcher });
}

/** @returns null: it was not refused. */
export async function refusalOf(read: Read, letter: Letter): Promise<Refusal | null> {
  try {
    await read(letter);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    if (error instanceof Problem) return null;
    throw error;
  }
}

export const replacedIn = (from: string, to: string) => (text: string) => text.replaceAll(from, to);

/** A letter signed as its sender would sign it; null: no shared key does that. */
export async function resigned(read: Read, letter: Letter): Promise<Letter | null> {
  let signed = letter;
  for (let tries = 0; tries < 3; tries++) {
    const refusal = await refusalOf(read, signed);
    if (refusal?.reason !== 'signature_mismatch')
      return refusal?.reason.startsWith('signature') ? null : signed;
    const { expected, received } = refusal;
    if (!expected || !received) return null;
    const next = withTexts(signed, replacedIn(received, expected));
    if (JSON.stringify(next) === JSON.stringify(signed)) return null;
    signed = next;
  }
  return null;
}

export const reversed = (text: string) => [...text].reverse().join('');

/** The text that is signed in a held message, which everybody knows who has read the sheet; null: no refusal shows it. */
export async function signedText(world: World, letter: Letter, channel: Channel): Promise<string | null> {
  const read = reader(world.provider, world.account, channel, world.banks.fetch);
  const spoilt = (text: string) =>
    looksSigned(text) ? reversed(text) : text.replace(/(?<==)[0-9a-f]{32,}/gi, reversed);
  const first = await refusalOf(read, withTexts(letter, spoilt));
  if (!first?.received) return first?.base ?? null;
  const alone = withTexts(letter, replacedIn(reversed(first.received), first.received));
  return (await refusalOf(read, alone))?.base ?? first.base;
}

/** Whether a text has these values one after another. */
export function hasInOrder(base: string, values: readonly string[]): boolean {
  let end = 0;
  return values.every((value) => {
    const start = base.indexOf(value, end);
    end = start + value.length;
    return start >= 0;
  });
}

/** Places of fields in the order in which a text has them. */
export function placesIn(base: string, part: Part): readonly number[] {
  const said = part.fields
    .map((field, place) => ({ place, name: field.name, text: saying(part, field) }))
    .filter(({ text }) => text.length > 0 && base.includes(text) && !looksSigned(text));
  // As they came, or by their names: a value that comes twice has a place of its own then.
  for (const order of [said, said.toSorted((a, b) => (a.name < b.name ? -1 : 1))])
    if (
      hasInOrder(
        base,
        order.map(({ text }) => text),
      )
    )
      return order.map(({ place }) => place);
  return said
    .map(({ place, text }) => [place, base.indexOf(text)] as const)
    .toSorted(([, a], [, b]) => a - b)
    .map(([place]) => place);
}
