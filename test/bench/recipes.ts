/** One request to sign and one message to verify for each provider that has signatures, each beside the least that the platform does for it. */
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { Json, Recipe, RecipeInput } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { signedBytes } from '../../src/signing/bytes.ts';
import assist from '../providers/assist/vectors.json' with { type: 'json' };
import dotpay from '../providers/dotpay/vectors.json' with { type: 'json' };
import ecommpay from '../providers/ecommpay/vectors.json' with { type: 'json' };
import epaydk from '../providers/epaydk/vectors.json' with { type: 'json' };
import monetico from '../providers/monetico/vectors.json' with { type: 'json' };
import ogone from '../providers/ogone/vectors.json' with { type: 'json' };
import paybox from '../providers/paybox/vectors.json' with { type: 'json' };
import paynow from '../providers/paynow/vectors.json' with { type: 'json' };
import payu from '../providers/payu/vectors.json' with { type: 'json' };
import payzen from '../providers/payzen/vectors.json' with { type: 'json' };
import postfinance from '../providers/postfinance/vectors.json' with { type: 'json' };
import checkout from '../providers/postfinance-checkout/vectors.json' with { type: 'json' };
import przelewy24 from '../providers/przelewy24/vectors.json' with { type: 'json' };
import sips2 from '../providers/sips2/vectors.json' with { type: 'json' };
import spplus from '../providers/spplus/vectors.json' with { type: 'json' };
import systempay from '../providers/systempay/vectors.json' with { type: 'json' };
import tpay from '../providers/tpay/vectors.json' with { type: 'json' };
import worldline from '../providers/worldline/vectors.json' with { type: 'json' };

/** One of ours, and what it is held against: they are measured by turns. */
export interface RecipePair {
  /** `ogone sign` */
  readonly name: string;
  readonly ours: () => unknown;
  readonly floor: () => unknown;
}

interface BenchVector {
  readonly what: string;
  readonly valid: boolean;
  readonly settings: unknown;
  readonly fields?: unknown;
  readonly raw?: string | null;
  /** In words, the digest among them. */
  readonly algorithm?: string;
}

/** Those that sign, as the directory of vectors has them. */
const FILES: readonly { readonly provider: string; readonly vectors: readonly unknown[] }[] = [
  assist,
  dotpay,
  ecommpay,
  epaydk,
  monetico,
  ogone,
  paybox,
  paynow,
  payu,
  payzen,
  postfinance,
  checkout,
  przelewy24,
  sips2,
  spplus,
  systempay,
  tpay,
  worldline,
];

/** The longest one is what a shop with all its data sends. */
const SIGN = 'request-signature';
/** Where no request of the shopper's is signed: a call of the API. */
const CALL = 'api-signature';
const VERIFY = 'notification-signature';

function inputOf(vector: BenchVector): RecipeInput {
  return {
    ...(vector.fields !== undefined && { fields: vector.fields as RecipeInput['fields'] }),
    ...(typeof vector.raw === 'string' && { raw: vector.raw }),
    rest: vector as unknown as Record<string, Json>,
  } as RecipeInput;
}

/** The longest vector of a recipe that holds. @param isMeant left out: any. */
function longest(
  vectors: readonly BenchVector[],
  what: string,
  isMeant: (vector: BenchVector) => boolean = () => true,
): BenchVector | undefined {
  const size = ({ fields, raw }: BenchVector) => (raw ?? JSON.stringify(fields ?? '')).length;
  const all = vectors.filter((one) => one.what === what && one.valid && isMeant(one));
  return all.toSorted((a, b) => size(b) - size(a))[0];
}

// --- The floors -------------------------------------------------------------------------------------------

/** The bare digest of ready bytes by node:crypto, and by no line of ours. @param algorithm in the words of a vector. */
function digestOf(algorithm: string, base: Uint8Array): () => unknown {
  const size = /SHA-?(1|224|256|384|512)/i.exec(algorithm)?.[1];
  const name = size === undefined ? 'md5' : `sha${size}`;
  const key = createSecretKey(new Uint8Array(32).fill(7));
  return /HMAC/i.test(algorithm)
    ? () => createHmac(name, key).update(base).digest()
    : () => createHash(name).update(base).digest();
}

/** The bare verification by WebCrypto, with a key that is ready. */
async function bareVerification(name: string, hash: string, message: Uint8Array): Promise<() => unknown> {
  const kind =
    name === 'ECDSA'
      ? { name, namedCurve: 'P-256' }
      : { name, hash, modulusLength: hash === 'SHA-1' ? 1024 : 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(kind, false, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const signature = await crypto.subtle.sign({ name, hash }, privateKey, message);
  return () => crypto.subtle.verify({ name, hash }, publicKey, signature, message);
}

/** The one that a vector's signature is made with; a digest where it is made with none of public keys. */
function bareCheck(algorithm: string, base: Uint8Array): Promise<() => unknown> | (() => unknown) {
  if (/ECDSA/.test(algorithm)) return bareVerification('ECDSA', 'SHA-256', base);
  if (/RSA|RS256/.test(algorithm))
    return bareVerification('RSASSA-PKCS1-v1_5', /SHA-1/.test(algorithm) ? 'SHA-1' : 'SHA-256', base);
  return digestOf(algorithm, base);
}

/** One pass of the platform over a message: what reading it costs at the least. */
function parsed(raw: string): () => unknown {
  return raw.trimStart().startsWith('{')
    ? () => JSON.parse(raw) as unknown
    : () => [...new URLSearchParams(raw)];
}

/** A message as it goes over the wire: its text, or the form of its fields. */
function wireText({ raw, fields }: RecipeInput): string {
  if (raw !== undefined) return raw;
  const pairs = Array.isArray(fields) ? (fields as readonly (readonly [string, Json])[]) : null;
  return pairs
    ? new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
    : JSON.stringify(fields ?? {});
}

/**
 * ECommPay's recipe as one would write it down: flatten, sort, join, HMAC. What our own is held against: it does nothing for the order of
 * the vendor's PHP SDK, for doubled colons, or for numbers that JavaScript cannot hold.
 */
function plainEcommpay(secret: string, fields: unknown): string {
  const lines: string[] = [];
  const flatten = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) {
      lines.push(`${path}:${typeof value === 'boolean' ? Number(value) : String(value ?? '')}`);
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      if (name !== 'frame_mode' && name !== 'signature')
        flatten(inner, path === '' ? name : `${path}:${name}`);
    }
  };
  flatten(fields, '');
  return createHmac('sha512', secret).update(lines.sort().join(';')).digest('base64');
}

// --- The pairs --------------------------------------------------------------------------------------------

/** ASSIST's check value is a digest of two: that of the secret is kept, and that of the text is made anew. */
const DIGESTS_OF_A_SIGNATURE: Readonly<Record<string, number>> = { assist: 2 };

function times(count: number, run: () => unknown): () => unknown {
  if (count === 1) return run;
  return () => {
    for (let i = 0; i < count; i++) run();
  };
}

type Recipes = Readonly<Record<string, Recipe<Record<string, unknown>>>>;

function signPairs(id: string, recipes: Recipes, vectors: readonly BenchVector[]): RecipePair[] {
  const what = longest(vectors, SIGN) ? SIGN : CALL;
  // One of a key pair is checked, and not made, by a vector that has the public key alone.
  const vector = longest(vectors, what, ({ algorithm = '' }) => !/^RSA/.test(algorithm));
  const recipe = recipes[what];
  if (!vector || recipe?.kind !== 'sign') return [];
  const [settings, input] = [vector.settings as Record<string, unknown>, inputOf(vector)];
  const ours = () => recipe.sign(settings, input);
  const { base: signed, algorithm } = ours();
  const base = signedBytes(signed);
  const pairs = [
    {
      name: `${id} sign`,
      ours,
      floor: times(DIGESTS_OF_A_SIGNATURE[id] ?? 1, digestOf(algorithm, base)),
    },
  ];
  if (id !== 'ecommpay') return pairs;
  const fields = Array.isArray(input.fields)
    ? Object.fromEntries(input.fields as [string, Json][])
    : input.fields;
  return [
    ...pairs,
    {
      name: 'ecommpay sign, over the plain recipe',
      ours,
      floor: () => plainEcommpay(String(settings.secret_key), fields),
    },
  ];
}

/** Where a verification is one of public keys, reading the message is ours: the floor is the platform's verification alone. */
async function verifyPairs(
  id: string,
  recipes: Recipes,
  vectors: readonly BenchVector[],
): Promise<RecipePair[]> {
  const recipe = recipes[VERIFY];
  if (recipe?.kind !== 'verify') return [];
  const found = [
    { name: `${id} verify`, vector: longest(vectors, VERIFY) },
    // Of Lyra's platform the longest one is of the REST API, in JSON inside of a form.
    ...(id === 'payzen' || id === 'systempay'
      ? [
          {
            name: `${id} verify, a form`,
            vector: longest(vectors, VERIFY, ({ raw }) => raw?.includes('vads_') === true),
          },
        ]
      : []),
  ];
  const pairs: RecipePair[] = [];
  for (const { name, vector } of found) {
    if (!vector) continue;
    const [settings, input] = [vector.settings as Record<string, unknown>, inputOf(vector)];
    const base = signedBytes((await recipe.verify(settings, input)).base);
    const check = await bareCheck(vector.algorithm ?? '', base);
    const pass = parsed(wireText(input));
    pairs.push({
      name,
      ours: () => recipe.verify(settings, input),
      floor: /RS256|RSA/.test(vector.algorithm ?? '')
        ? check
        : () => {
            pass();
            return check();
          },
    });
  }
  return pairs;
}

/**
 * Every pair: sign and the bare digest of what was signed; verify and the bare check with one pass over the message; ECommPay's recipe and
 * the plain one.
 */
export async function recipePairs(): Promise<RecipePair[]> {
  const all: RecipePair[] = [];
  for (const { provider: id, vectors: list } of FILES) {
    const vectors = list as readonly BenchVector[];
    const recipes = provider(id)?.signatures as Recipes;
    all.push(...signPairs(id, recipes, vectors), ...(await verifyPairs(id, recipes, vectors)));
  }
  return all;
}

/** Runs one side of a pair again and again. Only what is asynchronous is waited for: a turn of the loop costs as much as a digest. */
export async function repeat(run: () => unknown, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
}
