/** The messages of a provider's vectors, about an order of ours and signed as the account's bank would: formats that no simulated bank has. */
import type { VectorFile } from '../../src/cli/vectors.ts';
import type { Channel } from '../../src/providers/contract.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { asLive } from './banks.ts';
import {
  FORM_TYPE,
  type Letter,
  letterOf,
  NOTHING,
  partName,
  saidBy,
  saying,
  withFields,
  withTexts,
} from './letter.ts';
import { ORDERS, type Role } from './pool.ts';
import { reader, resigned } from './signed-text.ts';
import type { World } from './world.ts';

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
export function namesIn({ held, account }: World): {
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
export const ORDER_IN_JSON = /("order_?id"\s*:\s*)(?:"[^"]*"|null)/gi;

/** A letter that is sent like another one, where it can be. */
export function sentLike(letter: Letter, other: Letter | undefined): Letter {
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
