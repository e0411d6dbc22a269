/**
 * ECommPay's signatures. One recipe signs the page address, the callbacks and the calls of Gate. Facts: SHEET.md, "Signature".
 *
 * Where the vendor's SDKs differ, paths are sorted in the natural order of the PHP SDK, which the plug-ins for live callbacks use.
 * A message that does not verify is tried once more in byte order: the same key signs the same content, so this weakens nothing.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, fromBase64, fromUtf8, type Signable, utf8 } from '../../signing/bytes.ts';
import { hmacText } from '../../signing/digests.ts';
import { keptOrder } from '../../signing/order.ts';
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

/** What is signed, in the order of the message. */
interface Leaves {
  readonly paths: string[];
  readonly values: (string | number)[];
}

/** What `signature` is left out of: the top, and `general` there. Anywhere else it is signed like the rest. */
type Place = 'top' | 'general' | 'deeper';

function valueText(leaf: string | number | boolean | null | JsonDigits): string | number {
  if (typeof leaf === 'string' || typeof leaf === 'number') return leaf;
  if (leaf instanceof JsonDigits) return leaf.text;
  return leaf === null ? '' : Number(leaf);
}

/** Adds each leaf with its path; empty arrays and objects contribute nothing; `frame_mode` is never signed. */
function addLeaves(leaves: Leaves, tree: JsonTree, path: string, place: Place): void {
  if (typeof tree !== 'object' || tree === null || tree instanceof JsonDigits) {
    leaves.paths.push(path);
    leaves.values.push(valueText(tree));
  } else {
    const isBranch = !Array.isArray(tree);
    const start = path === '' ? '' : `${path}:`;
    for (const name of Object.keys(tree)) {
      if (name === 'frame_mode' || (name === 'signature' && place !== 'deeper' && isBranch)) continue;
      const key = name.includes(':') ? name.replaceAll(':', '::') : name;
      const inner = place === 'top' && name === 'general' && isBranch ? 'general' : 'deeper';
      addLeaves(leaves, (tree as JsonBranch)[name] ?? null, start + key, inner);
    }
  }
}

const regularOrder = keptOrder(naturalOrder);
const otherOrder = keptOrder(byteOrder);

function textOf(tree: JsonTree, orderOf = regularOrder): string {
  const leaves: Leaves = { paths: [], values: [] };
  addLeaves(leaves, tree, '', 'top');
  let text = '';
  for (const place of orderOf(leaves.paths))
    text += `${text === '' ? '' : ';'}${leaves.paths[place]}:${leaves.values[place]}`;
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
