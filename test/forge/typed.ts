import { currency } from '../../src/payments/currencies.ts';
import type { Channel, ProviderUpdate } from '../../src/providers/contract.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import {
  type Field,
  type Letter,
  looksSigned,
  type Part,
  partName,
  saidBy,
  saying,
  utf8Text,
  withFields,
} from './letter.ts';
import { ORDERS, type Pool } from './pool.ts';
import { type Message, placesIn, reader, resigned } from './signed-text.ts';
import type { World } from './world.ts';

/** A value of a signed text with what stands between it and the one before. */
export interface Member {
  readonly glue: string;
  readonly text: string;
}

export function membersOf(base: string, part: Part, secrets: readonly string[]): readonly Member[] {
  const members: Member[] = [];
  let end = 0;
  for (const place of placesIn(base, part)) {
    const text = saying(part, part.fields[place] as Field);
    const start = base.indexOf(text, end);
    if (start < 0) continue;
    members.push({ glue: base.slice(end, start), text });
    end = start + text.length;
  }
  return members.filter(({ glue }) => !secrets.some((secret) => glue.includes(secret)));
}

/** What a shopper, or chance, puts into a message at the bank. */
export interface Typed {
  /** Which of order, outcome and money a text spells as the signed text does; none: the text as it is. */
  readonly spelt: number;
  readonly text: string;
  readonly number: number;
}

export const secretsOf = ({ provider, account }: World): readonly string[] =>
  secretNames(provider.settings)
    .map((name) => String(account.settings[name] ?? ''))
    .filter((value) => value.length > 3);

/** A text that spells what decides, as the signed text of the paid order does, for another order. */
export function spelt(
  world: World,
  pool: Pool,
  base: string,
  part: Part,
  { spelt: bits, text, number }: Typed,
): string {
  const byValue = new Map(world.requests.paid.map(([name, value]) => [value, name]));
  const other = new Map(world.requests.other);
  const members = membersOf(base, part, secretsOf(world)).flatMap(({ glue, text: said }) => {
    if ((bits & 1) !== 0 && said === ORDERS.paid) return [glue + ORDERS.other];
    if ((bits & 2) !== 0 && pool.codes.includes(said))
      return [glue + (pool.good[number % Math.max(1, pool.good.length)] ?? said)];
    const name = byValue.get(said);
    if ((bits & 4) !== 0 && name !== undefined && /^\d+(?:\.\d\d)?$|^[A-Z]{3}$/.test(said))
      return [glue + (other.get(name) ?? said)];
    return [];
  });
  return members.length > 0 ? `X${members.join('')}` : text;
}

/** Another value of a clock or a card; `plain` can be read as nothing else, `ambiguous` perhaps. */
export interface Digits {
  readonly plain: string;
  readonly ambiguous: string;
}

/** Days, hours and cards whose digits can be read as something else: a day that ends like a currency, an hour like a year. */
export function digitsFor(name: string, text: string, numeric: string, number: number): Digits | null {
  const day = [numeric === '208' ? '1208' : '1012', '1010', '0208'][number % 3] ?? '1010';
  const year = text.slice(0, 4);
  if (/^20\d{6}$/.test(text)) return { plain: `${year}0315`, ambiguous: `${year}${day}` };
  if (/^20\d\d-\d\d-\d\d/.test(text)) {
    const rest = text.slice('YYYY-MM-DD'.length);
    return { plain: `${year}-03-15${rest}`, ambiguous: `${year}-${day.slice(0, 2)}-${day.slice(2)}${rest}` };
  }
  if (/time/i.test(name) && /^\d{3,4}$/.test(text))
    return { plain: '1415', ambiguous: ['2011', '2005', '2024'][number % 3] ?? text };
  if (/^\d{4,6}[X*]+\d{2,4}$/i.test(text))
    return { plain: `5${text.slice(1)}`, ambiguous: `2${text.slice(1)}` };
  return null;
}

/** What an update says, without what only people read: the reference, and the card, which a harmless change may change too. */
function countingIn({
  detail: _detail,
  providerReference: _reference,
  card: _card,
  also,
  ...rest
}: ProviderUpdate): object {
  return { ...rest, ...(also && { also: also.map(countingIn) }) };
}

/** What a message says, without what only people read. */
export function meaningIn(message: Message): string {
  return JSON.stringify(message.kind === 'update' ? countingIn(message) : message);
}

/**
 * A message of the bank with what a shopper types at the bank's page, and with another clock and card: where a harmless value changes
 * nothing that counts, a hostile one may stand. The letter as it is where no shared key signs.
 */
export async function typedInto(
  world: World,
  pool: Pool,
  { letter, channel }: { readonly letter: Letter; readonly channel: Channel },
  base: string,
  typed: Typed,
): Promise<Letter> {
  const read = reader(world.provider, world.account, channel, world.banks.fetch);
  const ours = new Set(
    Object.values(world.requests).flatMap((fields) => fields.map(([, value]) => utf8Text(value))),
  );
  const name = partName(letter);
  const meaning = await read(letter).then(meaningIn, () => null);
  if (meaning === null) return letter;
  const numeric = currency(world.situation.currency)?.numeric ?? '';
  let said = letter;
  let texts = 0;
  for (const [place, field] of letter[name].fields.entries()) {
    const part = said[name];
    const text = saying(part, field);
    if (text === '' || ours.has(text) || looksSigned(text)) continue;
    const isText = /\p{L}/u.test(text) && /[ @]/.test(text);
    const digits = digitsFor(field.name, text, numeric, typed.number + place);
    if (digits === null && (!isText || texts > 0)) continue;
    const withValue = (value: string): Letter => ({
      ...said,
      [name]: withFields(
        part,
        part.fields.map((one, at) => (at === place ? saidBy(part, one, value) : one)),
      ),
    });
    const plain = {
      ...letter,
      [name]: withFields(
        letter[name],
        letter[name].fields.map((one, at) =>
          at === place ? saidBy(part, one, digits?.plain ?? 'Zoe Q') : one,
        ),
      ),
    };
    const harmless = await resigned(read, plain);
    if (!harmless || (await read(harmless).then(meaningIn, () => null)) !== meaning) continue;
    if (digits === null) texts += 1;
    const value = digits?.ambiguous ?? utf8Text(spelt(world, pool, base, part, typed));
    said = (await resigned(read, withValue(value))) ?? said;
  }
  return said;
}
