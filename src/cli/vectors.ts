/** Checks vector files against the providers' named recipes. */
import type { Json, Recipe, RecipeInput } from '../providers/contract.ts';
import { readXml } from '../providers/kit/xml.ts';
import { provider } from '../providers/registry.ts';
import { fromHex, fromUtf8, hex, type Signable, signedBytes, utf8 } from '../signing/bytes.ts';
import { polybankingRecipes } from './polybanking.ts';

/** One vector as the files hold it. */
export interface Vector {
  readonly name: string;
  readonly what: string;
  readonly settings: Record<string, unknown>;
  readonly fields?: RecipeInput['fields'];
  readonly raw?: string | null;
  readonly base?: string | null;
  readonly base_hex?: string;
  readonly signature?: string | null;
  readonly valid: boolean;
  /** Null: valid, and yet nothing that may be stored without knowing the order. */
  readonly status?: string | null;
  readonly reply?: string | null;
  readonly http_status?: number;
  readonly expected?: { readonly [name: string]: Json };
}

export interface VectorFile {
  readonly provider: string;
  readonly vectors: readonly Vector[];
}

type AnyRecipe = Recipe<Record<string, unknown>>;

/** The recipes of a provider, or of a dialect towards shops, by the names that the vector files use; null: unknown. */
export function recipesOf(name: string): Readonly<Record<string, AnyRecipe>> | null {
  const found = name === 'polybanking' ? polybankingRecipes : provider(name)?.signatures;
  return (found as Readonly<Record<string, AnyRecipe>> | undefined) ?? null;
}

function inputOf(vector: Vector): RecipeInput {
  return {
    ...(vector.fields !== undefined && { fields: vector.fields }),
    ...(typeof vector.raw === 'string' && { raw: vector.raw }),
    rest: vector as unknown as Record<string, Json>,
  };
}

/** An address as what it means: where, and the parameters in any order and spelling. */
function sameAddress(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  const parameters = (url: URL) => JSON.stringify([...url.searchParams].sort());
  return a.origin + a.pathname === b.origin + b.pathname && parameters(a) === parameters(b);
}

/** A body as what it means: XML and JSON parsed, any other text as it is. */
function meaning(body: string): string {
  const text = body.trim();
  if (text.startsWith('<')) return JSON.stringify(withoutNamespace(readXml(text, { attribute: '@' })));
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** The namespace that names without a prefix are in is free, as prefixes are. */
function withoutNamespace(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNamespace);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '@xmlns')
      .map(([name, member]) => [name, withoutNamespace(member)]),
  );
}

/** What differs between a computed answer and a vector; null when nothing does. */
function caseDifference(vector: Vector, answer: Readonly<Record<string, Json>>): string | null {
  for (const [name, value] of Object.entries(answer)) {
    const wanted = (vector as unknown as Record<string, Json | undefined>)[name];
    if (wanted === undefined) continue;
    const isPart = name === 'fields' && typeof wanted === 'object' && wanted !== null;
    if (isPart) {
      const difference = firstDifference(
        wanted as { readonly [name: string]: Json },
        value as Readonly<Record<string, Json>>,
      );
      if (difference) return difference;
    } else if (JSON.stringify(sorted(wanted)) !== JSON.stringify(sorted(value))) {
      return `${name} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`;
    }
  }
  return null;
}

function sameBase(vector: Vector, signed: Signable): string | null {
  const base = signedBytes(signed);
  const wanted = vector.base_hex === undefined ? vector.base && utf8(vector.base) : fromHex(vector.base_hex);
  if (!wanted || hex(wanted) === hex(base)) return null;
  return `base is ${fromUtf8(base) ?? hex(base)}`;
}

/** The first member of `expected` that the answer does not have; a `note` is for people. */
function firstDifference(
  expected: { readonly [name: string]: Json },
  answer: Readonly<Record<string, Json>>,
) {
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'note') continue;
    if (JSON.stringify(answer[name]) !== JSON.stringify(value)) {
      return `${name} is ${JSON.stringify(answer[name])}, not ${JSON.stringify(value)}`;
    }
  }
  return null;
}

/** The number of the query that a vector's answer should belong to, where the vector's reason names one (Paybox). */
function queryNumberOf(vector: Vector): string | null {
  const reason = vector.expected?.reason;
  return typeof reason === 'string' ? (/asked \((\w+)\)/.exec(reason)?.[1] ?? null) : null;
}

/** Tries one vector. Returns null when it holds, else what differs. */
export async function checkVector(providerId: string, vector: Vector): Promise<string | null> {
  const found = recipesOf(providerId)?.[vector.what];
  if (!found) return `no recipe named ${vector.what}`;
  const input = inputOf(vector);
  switch (found.kind) {
    case 'sign': {
      const { base, signature } = found.sign(vector.settings, input);
      if (!vector.valid) return signature === vector.signature ? 'a wrong signature was reproduced' : null;
      if (signature !== vector.signature) return `signature is ${signature}`;
      return sameBase(vector, base);
    }
    case 'verify': {
      const verdict = await found.verify(vector.settings, input);
      if (verdict.valid !== vector.valid) return verdict.problem ?? 'was taken for valid';
      if (!vector.valid) return null;
      if (vector.status !== undefined && vector.status !== null && verdict.status !== vector.status)
        return `status is ${verdict.status}`;
      return sameBase(vector, verdict.base);
    }
    case 'address': {
      const address = found.address(vector.settings, { ...(vector.fields && { fields: vector.fields }) });
      return sameAddress(address, vector.raw ?? '') ? null : `the address is ${address}`;
    }
    case 'body': {
      const body = found.body(vector.settings, input);
      return meaning(body) === meaning(vector.raw ?? '') ? null : `the body is ${body}`;
    }
    case 'case':
      return caseDifference(vector, await found.answer(vector.settings, input));
    case 'text':
      return sameBase(vector, found.text(vector.settings, input));
    case 'response':
      return firstDifference(
        vector.expected ?? {},
        found.read(vector.settings, vector.raw ?? '', queryNumberOf(vector)),
      );
  }
}

/** How the vectors of one kind of one provider went. */
export interface VectorRow {
  readonly provider: string;
  readonly what: string;
  passed: number;
  readonly failures: string[];
}

/** Tries every vector of a file; one row per kind. */
export async function checkFile(file: VectorFile): Promise<VectorRow[]> {
  const rows = new Map<string, VectorRow>();
  for (const vector of file.vectors) {
    const row = rows.get(vector.what) ?? {
      provider: file.provider,
      what: vector.what,
      passed: 0,
      failures: [],
    };
    rows.set(vector.what, row);
    const problem = await tried(file.provider, vector);
    if (problem === null) row.passed += 1;
    else row.failures.push(`${vector.name}: ${problem}`);
  }
  return [...rows.values()];
}

/** A vector that breaks a recipe has failed; the others still run. */
async function tried(providerId: string, vector: Vector): Promise<string | null> {
  try {
    return await checkVector(providerId, vector);
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : String(error)}`;
  }
}
