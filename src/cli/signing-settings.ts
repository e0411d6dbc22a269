/** Settings on the command line: names that nobody reads, and keys that are missing, are said before anything is signed with nothing. */
import { nearestName } from '../gateway/unknown-members.ts';
import type { Provider, Recipe, RecipeInput } from '../providers/contract.ts';
import { secretNames } from '../providers/kit/settings.ts';

type Settings = Readonly<Record<string, unknown>>;
type SigningRecipe = Extract<Recipe<Record<string, unknown>>, { kind: 'sign' | 'verify' }>;

/** What a recipe needs to know of the names of its settings: of a provider, or of PolyBanking's dialect, which is none. */
export interface SettingNames {
  readonly known: readonly string[];
  readonly secrets: readonly string[];
}

/** What published signatures say of their contract beside the settings that an account has: it signs nothing. */
const OF_THE_CONTRACT: Readonly<Record<string, readonly string[]>> = {
  assist: ['Merchant_ID', 'Shop_IDP'],
  payzen: ['ctx_mode'],
  przelewy24: ['merchantId', 'posId', 'apiKey', 'p24_id_sprzedawcy'],
  systempay: ['ctx_mode'],
  tpay: ['signing_cert_pem'],
};

export function settingNames(entry: Provider | null): SettingNames {
  if (!entry) return { known: ['secret'], secrets: ['secret'] };
  const known = [...Object.keys(entry.settings.entries), 'environment', ...(OF_THE_CONTRACT[entry.id] ?? [])];
  return { known, secrets: secretNames(entry.settings) };
}

/** What a recipe makes of settings: the signature it computes, or the words in which it fails. */
async function resultOf(recipe: SigningRecipe, settings: Settings, input: RecipeInput): Promise<string> {
  try {
    if (recipe.kind === 'sign') return `=${recipe.sign(settings, input).signature}`;
    const { valid, expected, problem } = await recipe.verify(settings, input);
    return `=${valid} ${expected ?? problem}`;
  } catch (error) {
    return String(error);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Keys in place of another, in the forms that recipes take: of 32 digits, and Monetico's of 40. */
const PROBES = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef01234567'];

/**
 * What is wrong with settings, in a sentence; null: nothing. A secret counts as needed where the recipe's result depends on it, and
 * on none of those that are given.
 */
export async function settingsProblem(
  recipe: SigningRecipe,
  { known, secrets }: SettingNames,
  settings: Settings,
  input: RecipeInput,
): Promise<string | null> {
  const result = await resultOf(recipe, settings, input);
  const changes = async (name: string) => {
    const results = await Promise.all(
      PROBES.map((probe) => resultOf(recipe, { ...settings, [name]: probe }, input)),
    );
    return results.some((other) => other !== result);
  };
  for (const name of Object.keys(settings)) {
    // The recipes know a few names more than the accounts: where a vector of an old contract has them.
    if (known.includes(name) || (await changes(name))) continue;
    const near = nearestName(name, known);
    return `the settings have no ${name}${near ? `: did you mean ${near}?` : `; they are ${known.join(', ')}`}`;
  }
  const [given, missing] = [
    secrets.filter((name) => isGiven(settings[name])),
    secrets.filter((name) => !isGiven(settings[name])),
  ];
  for (const name of given) {
    if (!(await changes(name))) continue;
    const isAsEmpty = (await resultOf(recipe, { ...settings, [name]: '' }, input)) === result;
    return isAsEmpty ? `${name} has the wrong form for a key: it would count as an empty one` : null;
  }
  const needed: string[] = [];
  for (const name of missing) if (await changes(name)) needed.push(name);
  return needed.length > 0 ? `the settings lack the key: ${needed.join(' or ')}` : null;
}
