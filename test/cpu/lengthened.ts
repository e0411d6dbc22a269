/**
 * Genuine messages, each with one value as long as the largest body lets it be. A value counts where it is read, and what is read depends on
 * what stands around it: so the bank's own message is taken, and nothing is left out of it.
 */
import type { Provider, ProviderRequest } from '../../src/providers/contract.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { Unsupported } from '../forge/beginnings.ts';
import {
  type Field,
  type Letter,
  type Part,
  partText,
  requestOf,
  saidBy,
  withFields,
} from '../forge/letter.ts';
import { worldOf } from '../forge/world.ts';

/** The largest body that is taken, in bytes. */
export const SIZE = 64 * 1024;

/**
 * What a value is filled with: what patterns and decoders go through again and again. Behind it stands what fits none, so that a pattern
 * which looks for the end of it goes back.
 */
const FILLINGS = ['7', 'A', ' ', '=;', '<', 'é'] as const;

/** Headers that sign are read like values. The platform takes no longer ones. */
const HEADER_SIZE = 16 * 1024;
const SIGNING_HEADER = /sign|jws/i;

const WISH = { texts: {}, providerFields: {} };

/** What names its fields have: two letters of the same names are read alike. */
export function shapeOf({ query, body, headers }: Letter): string {
  const names = (part: Part) => part.fields.map(({ name }) => name);
  return JSON.stringify([names(query), body.form, names(body), Object.keys(headers)]);
}

/** The notifications of a payment at an account. Empty where its bank does not take such settings. */
export async function genuineLetters(
  provider: Provider,
  settings: Record<string, unknown>,
): Promise<Letter[]> {
  const currency = DEMO_ACCOUNTS[provider.id]?.currencies[0] ?? 'EUR';
  try {
    const { held } = await worldOf(provider, {
      settings,
      environment: 'sandbox',
      asksForReal: false,
      allowedIps: [],
      trusts: false,
      currency,
      paidCurrency: currency,
      paidAmount: 1999,
      capture: null,
      ending: null,
      isRefunded: false,
      aside: 'nothing',
      strangerSettings: settings,
      wishes: { refused: WISH, paid: WISH, other: WISH },
    });
    return held
      .filter(({ kind, channel }) => kind === 'genuine' && channel === 'notification')
      .map(({ letter }) => letter);
  } catch (error) {
    if (error instanceof Unsupported) return [];
    throw error;
  }
}

function filled(filling: string, length: number): string {
  return `${filling.repeat(Math.max(0, Math.floor(length / filling.length)))}!`;
}

/** Fields of a part: in a text what stands between its elements. */
function valuesOf(part: Part): Part {
  if (part.form !== 'text') return part;
  const pieces = partText(part).split(/(?<=>)(?=[^<>])|(?<=[^<>])(?=<)/);
  return { form: 'text', fields: pieces.map((value) => ({ name: '', value })) };
}

/** A part with a value made so long that the whole has the size. */
function longPart(part: Part, place: number, field: Field, filling: string, size: number): Part {
  const spelt = (length: number) => {
    const said = saidBy(part, field, filled(filling, length));
    // The shortest spelling leaves room for the longest value.
    return part.form === 'form' ? { ...said, value: said.value.replaceAll('%20', '+') } : said;
  };
  const length = (value: string) => new TextEncoder().encode(value).length;
  const rest = part.fields.reduce((sum, { name, value }) => sum + length(name) + length(value) + 6, 0);
  const each = length(spelt(1000).value) / 1000;
  const fields = part.fields.with(place, spelt(Math.floor((size - rest - 100) / each)));
  return withFields(part, fields);
}

/** A message that fills the largest body, and one of the same kind of a quarter of what it is filled with. */
export interface Worst {
  readonly what: string;
  readonly full: ProviderRequest;
  readonly quarter: ProviderRequest;
}

/** A letter with each of its values in turn made long. */
export function* lengthened(letter: Letter): Generator<Worst> {
  for (const name of ['query', 'body'] as const) {
    const part = valuesOf(letter[name]);
    for (const [place, field] of part.fields.entries()) {
      if (field.value.startsWith('<')) continue;
      for (const filling of FILLINGS) {
        const long = (size: number) =>
          requestOf({ ...letter, [name]: longPart(part, place, field, filling, size) });
        const what = `a long ${field.name || name} of ${filling}`;
        yield { what, full: long(SIZE), quarter: long(SIZE / 4) };
      }
    }
  }
  for (const name of Object.keys(letter.headers).filter((one) => SIGNING_HEADER.test(one))) {
    for (const filling of FILLINGS.filter((one) => one !== 'é')) {
      const long = (size: number) =>
        requestOf({ ...letter, headers: { ...letter.headers, [name]: filled(filling, size) } });
      yield { what: `a long ${name} of ${filling}`, full: long(HEADER_SIZE), quarter: long(HEADER_SIZE / 4) };
    }
  }
}

/** A letter with as many fields as are read, which fill the body; none where it has no fields. */
export function* crowded(letter: Letter, most: number): Generator<Worst> {
  const name = letter.body.fields.length > 0 ? 'body' : 'query';
  const part = letter[name];
  const missing = most - part.fields.length;
  if (part.form === 'text') return;
  const room = Math.floor((SIZE - 4000) / missing) - 12;
  const value = part.form === 'json' ? JSON.stringify('y'.repeat(room)) : 'y'.repeat(room);
  const withMore = (count: number) => {
    const more = Array.from({ length: count }, (_, index) => ({ name: `vads_x${index}`, value }));
    return requestOf({ ...letter, [name]: withFields(part, [...part.fields, ...more]) });
  };
  yield {
    what: 'as many fields as are read',
    full: withMore(missing),
    quarter: withMore(Math.max(0, Math.floor(most / 4) - part.fields.length)),
  };
}
