/** One request to sign and one message to verify for each provider that has signatures, beside the bare digest of the same bytes. */
import type { Json, Recipe, RecipeInput } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { digests, hmacOf } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';
import assist from '../providers/assist/vectors.json' with { type: 'json' };
import dotpay from '../providers/dotpay/vectors.json' with { type: 'json' };
import ecommpay from '../providers/ecommpay/vectors.json' with { type: 'json' };
import epaydk from '../providers/epaydk/vectors.json' with { type: 'json' };
import ogone from '../providers/ogone/vectors.json' with { type: 'json' };
import paybox from '../providers/paybox/vectors.json' with { type: 'json' };
import payu from '../providers/payu/vectors.json' with { type: 'json' };
import payzen from '../providers/payzen/vectors.json' with { type: 'json' };
import postfinance from '../providers/postfinance/vectors.json' with { type: 'json' };
import przelewy24 from '../providers/przelewy24/vectors.json' with { type: 'json' };
import sips2 from '../providers/sips2/vectors.json' with { type: 'json' };
import spplus from '../providers/spplus/vectors.json' with { type: 'json' };
import systempay from '../providers/systempay/vectors.json' with { type: 'json' };
import tpay from '../providers/tpay/vectors.json' with { type: 'json' };

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
  ogone,
  paybox,
  payu,
  payzen,
  postfinance,
  przelewy24,
  sips2,
  spplus,
  systempay,
  tpay,
];

/** The longest one is what a shop with all its data sends. */
const SIGN = 'request-signature';
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

/** Every case: sign, the bare digest of what was signed, verify. */
export function recipeCases(): RecipeCase[] {
  return FILES.flatMap(({ provider: id, vectors: list }) => {
    const vectors = list as readonly BenchVector[];
    const recipes = provider(id)?.signatures as Readonly<Record<string, Recipe<Record<string, unknown>>>>;
    const cases: RecipeCase[] = [];
    const [toSign, toVerify] = [longest(vectors, SIGN), longest(vectors, VERIFY)];
    const [signing, verifying] = [recipes[SIGN], recipes[VERIFY]];
    if (toSign && signing?.kind === 'sign') {
      const [settings, input] = [toSign.settings as Record<string, unknown>, inputOf(toSign)];
      const { base, algorithm } = signing.sign(settings, input);
      cases.push({ name: `${id} sign`, run: () => signing.sign(settings, input) });
      cases.push({ name: `${id} bare digest`, run: bare(algorithm, base) });
    }
    if (toVerify && verifying?.kind === 'verify') {
      const [settings, input] = [toVerify.settings as Record<string, unknown>, inputOf(toVerify)];
      cases.push({ name: `${id} verify`, run: () => verifying.verify(settings, input) });
    }
    return cases;
  });
}
