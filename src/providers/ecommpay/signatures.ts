/**
 * ECommPay's signatures. One recipe signs the page address, the callbacks and the calls of Gate. Facts: SHEET.md, "Signature".
 *
 * Where the vendor's SDKs differ, paths are sorted in the natural order of the PHP SDK, which the plug-ins for live callbacks use.
 * A message that does not verify is tried once more in byte order: the same key signs the same content, so this weakens nothing.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, fromBase64, fromUtf8, type Signable, utf8 } from '../../signing/bytes.ts';
import { hmacText } from '../../signing/digests.ts';
import { keptForNames } from '../../signing/order.ts';
import type { Json, LikelyCause, Recipe, RecipeInput, Signed } from '../contract.ts';
import { verdict } from '../kit/verdict.ts';
import {
  isJsonBranch,
  type JsonBranch,
  JsonDigits,
  type JsonTree,
  leafText,
  memberOf,
  parseJsonTree,
} from './json-tree.ts';
import { byteOrder, naturalOrder } from './path-order.ts';
import type { EcommpaySettings } from './settings.ts';
import { paymentStatusAlone } from './statuses.ts';

const ALGORITHM = 'HMAC-SHA-512, key = secret text as UTF-8, standard base64 with padding';

/** What `signature` is left out of: the top, and `general` there. Anywhere else it is signed like the rest. */
type Place = 'top' | 'general' | 'deeper';

function valueText(leaf: string | number | boolean | null | JsonDigits): string | number {
  if (typeof leaf === 'string' || typeof leaf === 'number') return leaf;
  if (leaf instanceof JsonDigits) return leaf.text;
  return leaf === null ? '' : Number(leaf);
}

/** Stands in a shape for a leaf. */
const LEAF = '';

/** A tree without its values: for a leaf `LEAF`; else how many members there are, and each one's name and shape. */
type Shape = string[];

/** Takes a tree apart into its shape and its leaves. */
function takeApart(tree: JsonTree, shape: Shape, leaves: (string | number)[]): void {
  if (typeof tree !== 'object' || tree === null || tree instanceof JsonDigits) {
    shape.push(LEAF);
    leaves.push(valueText(tree));
    return;
  }
  const names = Object.keys(tree);
  shape.push(String(names.length));
  for (const name of names) {
    shape.push(name);
    takeApart((tree as JsonBranch)[name] ?? null, shape, leaves);
  }
}

/** The paths of the leaves of a shape; null for one that is not signed: `frame_mode` never is, and empty branches have no leaves. */
function pathsOf(shape: readonly string[]): (string | null)[] {
  const paths: (string | null)[] = [];
  let at = 0;
  const add = (path: string, place: Place, isSigned: boolean): void => {
    const count = shape[at++] ?? LEAF;
    if (count === LEAF) paths.push(isSigned ? path : null);
    const start = path === '' ? '' : `${path}:`;
    for (let left = Number(count); left > 0; left--) {
      const name = shape[at++] ?? '';
      const isLeftOut = name === 'frame_mode' || (name === 'signature' && place !== 'deeper');
      const inner = place === 'top' && name === 'general' ? 'general' : 'deeper';
      add(start + name.replaceAll(':', '::'), inner, isSigned && !isLeftOut);
    }
  };
  add('', 'top', true);
  return paths;
}

/** A leaf that is signed. */
interface Line {
  /** What stands before its value. */
  readonly start: string;
  /** Its place among the leaves. */
  readonly leaf: number;
}

/** Messages of one kind have one shape: its lines, in their order, are found once. */
function linesBy(compare: (a: string, b: string) => number): (shape: readonly string[]) => readonly Line[] {
  return keptForNames((shape) => {
    const signed = pathsOf(shape).flatMap((path, leaf) => (path === null ? [] : [{ path, leaf }]));
    signed.sort((a, b) => compare(a.path, b.path));
    return signed.map(({ path, leaf }, place) => ({ start: `${place === 0 ? '' : ';'}${path}:`, leaf }));
  });
}

const regularOrder = linesBy(naturalOrder);
const otherOrder = linesBy(byteOrder);

function textOf(tree: JsonTree, linesOf = regularOrder): string {
  const [shape, leaves]: [Shape, (string | number)[]] = [[], []];
  takeApart(tree, shape, leaves);
  let text = '';
  for (const { start, leaf } of linesOf(shape)) text += start + leaves[leaf];
  return text;
}

function mac(secretKey: string, base: Signable): string {
  return hmacText('sha512', secretKey, base, 'base64');
}

function signTree(settings: Partial<EcommpaySettings>, tree: JsonTree): Signed {
  const base = textOf(tree);
  return { base, algorithm: ALGORITHM, signature: mac(settings.secret_key ?? '', base) };
}

/** The tree of a recipe's input: the raw JSON where there is one, else the fields. */
function inputTree(input: RecipeInput): JsonTree {
  if (input.raw?.trimStart().startsWith('{')) return parseJsonTree(input.raw) ?? {};
  return Array.isArray(input.fields)
    ? Object.fromEntries(input.fields as readonly (readonly [string, Json])[])
    : ((input.fields ?? {}) as Json);
}

/** Signs the parameters of a page address, whatever their order in the URL: the recipe `request-signature`. */
export function signPage(
  settings: Partial<EcommpaySettings>,
  fields: NonNullable<RecipeInput['fields']>,
): Signed {
  return signTree(settings, inputTree({ fields }));
}

/** Signs the body of a call of Gate: the recipe `api-signature`. */
export function signGateBody(settings: Partial<EcommpaySettings>, body: Json): Signed {
  return signTree(settings, body);
}

/** A callback that verified. */
export interface VerifiedCallback {
  readonly body: JsonBranch;
  /** What was signed, as text. */
  readonly text: string;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * Checks the signature that a callback carries: the recipe `notification-signature`.
 * @throws Refusal
 */
export function verifyCallback(settings: Partial<EcommpaySettings>, tree: JsonTree | null): VerifiedCallback {
  if (!isJsonBranch(tree ?? undefined)) throw new Refusal('malformed', 'the body is not a JSON object');
  const body = tree as JsonBranch;
  const received = body.signature ?? memberOf(body.general, 'signature');
  const regular = textOf(body);
  if (typeof received !== 'string' || received === '') {
    throw new Refusal('signature_missing', 'there is no signature', { base: regular });
  }
  const verified = (text: string) => {
    return { body, text, base: text, signature: mac(settings.secret_key ?? '', text) };
  };
  const first = verified(regular);
  if (equalText(first.signature, received)) return first;
  const second = verified(textOf(body, otherOrder));
  if (equalText(second.signature, received)) return second;
  throw new Refusal('signature_mismatch', 'the signature does not fit the body and the secret key', {
    base: regular,
    expected: first.signature,
    received,
  });
}

/**
 * Checks an answer of Gate where it carries a signature. The vendor does not say that every answer does.
 * @throws Refusal
 */
export function verifyGateAnswer(settings: Partial<EcommpaySettings>, text: string): void {
  const body = parseJsonTree(text) ?? undefined;
  const signature = memberOf(body, 'signature') ?? memberOf(memberOf(body, 'general'), 'signature');
  if (signature !== undefined) verifyCallback(settings, body ?? null);
}

export const ecommpaySignatures: Readonly<Record<string, Recipe<EcommpaySettings>>> = {
  'request-signature': {
    kind: 'sign',
    sign: (settings, { fields }) => signPage(settings, fields ?? {}),
  },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const { body, base, signature } = verifyCallback(settings, inputTree(input));
        const word = leafText(memberOf(body.payment, 'status'));
        return { base, signature, status: paymentStatusAlone(word) };
      }),
  },
  'api-signature': { kind: 'sign', sign: (settings, input) => signTree(settings, inputTree(input)) },
  'base-string': { kind: 'text', text: (_settings, input) => utf8(textOf(inputTree(input))) },
};

/** What the key would be if it were base64; the key itself where it is not. */
function decodedKey(key: string): string {
  const bytes = fromBase64(key);
  return (bytes && fromUtf8(bytes)) ?? key;
}

/** The mistakes that SHEET.md warns of under "Traps" and that a refused signature can be tried for. */
export const ecommpayLikelyCauses: readonly LikelyCause[] = [
  {
    cause: 'the secret key was decoded from base64 before it was used; it is used as text',
    settings: (account) => ({ ...account, secret_key: decodedKey(String(account.secret_key)) }),
  },
  {
    cause: 'the secret key has white space at an end in one of the two places',
    settings: (account) => ({ ...account, secret_key: String(account.secret_key).trim() }),
  },
];
