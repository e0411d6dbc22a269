/**
 * What a bank could have said: messages that it signs like its own. A refusal of ours names the right signature of what it refuses;
 * an operator sees eight characters of it, and the forge all, in the bank's place.
 */

import type { VectorFile } from '../../src/cli/vectors.ts';
import { currency } from '../../src/payments/currencies.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Channel, Provider, ProviderAccount } from '../../src/providers/contract.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { asLive } from './banks.ts';
import {
  type Field,
  FORM_TYPE,
  type Letter,
  letterOf,
  looksSigned,
  NOTHING,
  type Part,
  partName,
  requestOf,
  saidBy,
  saying,
  utf8Text,
  withFields,
  withTexts,
} from './letter.ts';
import { ORDERS, type Pool, type Role } from './pool.ts';
import { READ_AT, type World } from './world.ts';

type Message = Awaited<ReturnType<Provider['notification']>>;
type Account = ProviderAccount<Record<string, unknown>>;

/** Reads a message as the provider's code does, without the gateway around it. */
type Read = (letter: Letter) => Promise<Message>;

function reader(provider: Provider, account: Account, channel: Channel, fetcher: typeof fetch): Read {
  return (letter) =>
    provider.notification(requestOf(letter), account, channel, { now: READ_AT, fetch: fetcher });
}

/** @returns null: it was not refused. */
async function refusalOf(read: Read, letter: Letter): Promise<Refusal | null> {
  try {
    await read(letter);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    if (error instanceof Problem) return null;
    throw error;
  }
}

const replacedIn = (from: string, to: string) => (text: string) => text.replaceAll(from, to);

/** A letter signed as its sender would sign it; null: no shared key does that. */
async function resigned(read: Read, letter: Letter): Promise<Letter | null> {
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

const reversed = (text: string) => [...text].reverse().join('');

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
function hasInOrder(base: string, values: readonly string[]): boolean {
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

/** A value of a signed text with what stands between it and the one before. */
interface Member {
  readonly glue: string;
  readonly text: string;
}

function membersOf(base: string, part: Part, secrets: readonly string[]): readonly Member[] {
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

const secretsOf = ({ provider, account }: World): readonly string[] =>
  secretNames(provider.settings)
    .map((name) => String(account.settings[name] ?? ''))
    .filter((value) => value.length > 3);

/** A text that spells what decides, as the signed text of the paid order does, for another order. */
function spelt(
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
interface Digits {
  readonly plain: string;
  readonly ambiguous: string;
}

/** Days, hours and cards whose digits can be read as something else: a day that ends like a currency, an hour like a year. */
function digitsFor(name: string, text: string, numeric: string, number: number): Digits | null {
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

/** What a message says, without what only people read. */
function meaningIn(message: Message): string {
  if (message.kind !== 'update') return JSON.stringify(message);
  const { detail: _detail, providerReference: _reference, ...rest } = message;
  return JSON.stringify(rest);
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

/** A published message of a provider's vectors. */
export interface Published {
  readonly name: string;
  readonly channel: Channel;
  readonly letter: Letter;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The messages of vectors, as letters. */
export function publishedBy(file: VectorFile | undefined): readonly Published[] {
  const url = 'https://pay.test/callback';
  return (file?.vectors ?? []).flatMap(({ name, what, settings, raw, valid }) => {
    if (!valid || !raw || !/notification|return/.test(what)) return [];
    const type = raw.startsWith('{') ? 'application/json' : /^[^\s=]+=/.test(raw) ? FORM_TYPE : null;
    if (type === null) return [];
    const letter = letterOf({ method: 'POST', url, headers: { 'content-type': type }, body: raw });
    return [{ name, channel: what.startsWith('return') ? 'return' : 'notification', letter, settings }];
  });
}

/** What the account's bank says of its order and its merchant, by the names of its fields. */
function namesIn({ held, account }: World): {
  readonly order: Set<string>;
  readonly own: Map<string, string>;
} {
  const letter = held[0]?.letter;
  const part = letter?.[partName(letter)];
  const own = new Set(Object.values(account.settings).map(String));
  const names = { order: new Set<string>(), own: new Map<string, string>() };
  for (const field of part?.fields ?? []) {
    const text = part ? saying(part, field) : '';
    if (text === ORDERS.paid) names.order.add(field.name);
    else if (text.length > 2 && own.has(text)) names.own.set(field.name, text);
  }
  return names;
}

/** The JSON inside of a form names its order in this way. */
const ORDER_IN_JSON = /("order_?id"\s*:\s*)(?:"[^"]*"|null)/gi;

/** A letter that is sent like another one, where it can be. */
function sentLike(letter: Letter, other: Letter | undefined): Letter {
  if (!other || letter.body.form !== other.body.form) return letter;
  if (other.body.fields.length > 0) return { ...letter, headers: other.headers };
  return { method: 'GET', headers: other.headers, query: letter.body, body: NOTHING };
}

/** A published message about an order of ours at the world's account; null: no shared key signs it. */
export async function publishedFor(
  world: World,
  { letter, channel, settings }: Published,
  role: Role,
): Promise<Letter | null> {
  const { provider, account, banks, held } = world;
  const { order, own } = namesIn(world);
  const secrets = new Set(secretNames(provider.settings));
  const ours = Object.entries(settings).flatMap(([name, value]) => {
    const mine = account.settings[name];
    const isNamed = !secrets.has(name) && String(value).length > 3 && mine !== undefined;
    return isNamed ? [[String(value), String(mine)] as const] : [];
  });
  const isLive = account.environment === 'production';
  const named = withTexts(letter, (text) => {
    const said = ours
      .reduce((changed, [from, to]) => changed.replaceAll(from, to), text)
      .replace(/(?<!\w)[0-9A-HJKMNP-TV-Z]{16}\d\d(?!\w)/g, ORDERS[role]);
    if (text.startsWith('{')) {
      const about = said.replace(ORDER_IN_JSON, `$1"${ORDERS[role]}"`);
      return isLive ? asLive(about) : about;
    }
    return isLive && said === 'TEST' ? 'PRODUCTION' : said;
  });
  const part = named.body;
  const fields = part.fields.map((field) => {
    const text = order.has(field.name) ? ORDERS[role] : own.get(field.name);
    return text === undefined ? field : saidBy(part, field, text);
  });
  const read = reader(provider, account, channel, banks.fetch);
  const like = held.find((one) => one.channel === channel)?.letter;
  const about = sentLike({ ...named, body: withFields(part, fields) }, like);
  const signed = await resigned(read, about);
  const message = signed && (await read(signed).catch(() => null));
  return message && message.kind !== 'acknowledgement' && message.order === ORDERS[role] ? signed : null;
}
