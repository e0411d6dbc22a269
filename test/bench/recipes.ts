/** One request to sign and one message to verify for each provider that has signatures, beside the bare digest of the same bytes. */
import { createHmac } from 'node:crypto';
import type { Json, Recipe, RecipeInput } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { digests, hmacOf } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';
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

export interface RecipeCase {
  readonly name: string;
  readonly run: () => unknown;
}

interface BenchVector {
  readonly what: string;
  readonly valid: boolean;
  readonly settings: unknown;
  readonly fields?: unknown;
  readonly raw?: string | null;
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

function longest(vectors: readonly BenchVector[], what: string): BenchVector | undefined {
  const size = ({ fields, raw }: BenchVector) => (raw ?? JSON.stringify(fields ?? '')).length;
  return vectors.filter((one) => one.what === what && one.valid).toSorted((a, b) => size(b) - size(a))[0];
}

const SHA = {
  '1': weakDigests.sha1,
  '224': digests.sha224,
  '256': digests.sha256,
  '384': digests.sha384,
  '512': digests.sha512,
} as const;

/** The digest that a signature is made with, over the same bytes. */
function bare(algorithm: string, base: Uint8Array): () => unknown {
  const size = /SHA-?(1|224|256|384|512)/i.exec(algorithm)?.[1] as keyof typeof SHA | undefined;
  const key = new Uint8Array(64).fill(7);
  if (/HMAC/i.test(algorithm)) return () => hmacOf(`sha${size ?? '256'}`, key, base);
  return size ? () => SHA[size](base) : () => weakDigests.md5(base);
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

/** Every case: sign, the bare digest of what was signed, verify, and its floor: the bare digest and one pass over the message. */
export async function recipeCases(): Promise<RecipeCase[]> {
  const all: RecipeCase[] = [];
  for (const { provider: id, vectors: list } of FILES) {
    const vectors = list as readonly BenchVector[];
    const recipes = provider(id)?.signatures as Readonly<Record<string, Recipe<Record<string, unknown>>>>;
    const cases = all;
    const signs = longest(vectors, SIGN) ? SIGN : CALL;
    const [toSign, toVerify] = [longest(vectors, signs), longest(vectors, VERIFY)];
    const [signing, verifying] = [recipes[signs], recipes[VERIFY]];
    if (toSign && signing?.kind === 'sign') {
      const [settings, input] = [toSign.settings as Record<string, unknown>, inputOf(toSign)];
      const { base, algorithm } = signing.sign(settings, input);
      cases.push({ name: `${id} sign`, run: () => signing.sign(settings, input) });
      cases.push({ name: `${id} bare digest`, run: bare(algorithm, base) });
      if (id === 'ecommpay') {
        const named = Array.isArray(input.fields)
          ? Object.fromEntries(input.fields as [string, Json][])
          : input.fields;
        cases.push({
          name: `${id} plain recipe`,
          run: () => plainEcommpay(String(settings.secret_key), named),
        });
      }
    }
    if (toVerify && verifying?.kind === 'verify') {
      const [settings, input] = [toVerify.settings as Record<string, unknown>, inputOf(toVerify)];
      cases.push({ name: `${id} verify`, run: () => verifying.verify(settings, input) });
      const algorithm =
        signing?.kind === 'sign' && toSign
          ? signing.sign(toSign.settings as Record<string, unknown>, inputOf(toSign)).algorithm
          : 'SHA-256';
      const { base } = await verifying.verify(settings, input);
      const [digest, parse] = [bare(algorithm, base), parsed(wireText(input))];
      cases.push({
        name: `${id} verify floor`,
        run: () => {
          parse();
          digest();
        },
      });
    }
  }
  return all;
}
