/** One request to sign and one callback to verify for each provider, beside the bare digest of the same bytes. */
import type { Recipe } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { digests, hmacOf } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';
import ecommpay from '../vectors/ecommpay.json' with { type: 'json' };
import ogone from '../vectors/ogone.json' with { type: 'json' };
import paybox from '../vectors/paybox.json' with { type: 'json' };
import postfinance from '../vectors/postfinance.json' with { type: 'json' };

export interface RecipeCase {
  readonly name: string;
  readonly run: () => unknown;
}

interface BenchVector {
  readonly name: string;
  readonly what: string;
  readonly settings: object;
  readonly fields?: unknown;
  readonly raw?: string;
}

/** By provider: the vector that is signed, the one that is verified. */
const VECTORS: readonly (readonly [
  provider: string,
  vectors: readonly BenchVector[],
  sign: string,
  verify: string,
])[] = [
  ['ogone', ogone.vectors, 'form-full-sha512-utf8', 'notify-authorized-sha512'],
  ['postfinance', postfinance.vectors, 'form-full-utf8-sha512', 'notify-paid-postfinance-card'],
  ['paybox', paybox.vectors, 'form-3dsv2-authorise-only', 'ipn-paid-get'],
  ['ecommpay', ecommpay.vectors, 'page URL, all usual parameters', 'callback success'],
];

type AnyRecipe = Recipe<Record<string, unknown>>;

function recipe(id: string, what: string): AnyRecipe {
  const found = provider(id)?.signatures[what] as AnyRecipe | undefined;
  if (!found) throw new Error(`${id} has no ${what}`);
  return found;
}

function vector(vectors: readonly BenchVector[], name: string): BenchVector {
  const found = vectors.find((entry) => entry.name === name);
  if (!found) throw new Error(name);
  return found;
}

/** The digest that a signature is made with, over the same bytes. */
function bare(algorithm: string, base: Uint8Array): () => unknown {
  const key = new Uint8Array(64).fill(7);
  if (algorithm.startsWith('HMAC')) return () => hmacOf('sha512', key, base);
  if (algorithm === 'SHA-1') return () => weakDigests.sha1(base);
  return () => (algorithm === 'SHA-256' ? digests.sha256 : digests.sha512)(base);
}

/** Every case: sign, the bare digest of what was signed, verify. */
export function recipeCases(): RecipeCase[] {
  return VECTORS.flatMap(([id, vectors, signName, verifyName]) => {
    const signed = vector(vectors, signName);
    const verified = vector(vectors, verifyName);
    const [signing, verifying] = [recipe(id, signed.what), recipe(id, verified.what)];
    if (signing.kind !== 'sign' || verifying.kind !== 'verify') throw new Error(`${id} is not measured`);
    const settings = signed.settings as Record<string, unknown>;
    const fields = signed.fields as readonly (readonly [string, string])[];
    const { base, algorithm } = signing.sign(settings, { fields });
    return [
      { name: `${id} sign`, run: () => signing.sign(settings, { fields }) },
      { name: `${id} bare digest`, run: bare(algorithm, base) },
      {
        name: `${id} verify`,
        run: () =>
          verifying.verify(verified.settings as Record<string, unknown>, { raw: verified.raw ?? '' }),
      },
    ];
  });
}
