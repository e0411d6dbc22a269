/**
 * What a character is written as where a field cannot carry it. Accents, ligatures and other compatibility characters that Unicode
 * decomposes are none of this table's (text.ts); Cyrillic and Greek follow ISO 9 and ISO 843 without their accents, as passports do.
 */

const CYRILLIC = {
  ...{ а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', д: 'd', ђ: 'dj', е: 'e', є: 'ie', ж: 'zh', з: 'z', ѕ: 'dz' },
  ...{ и: 'i', і: 'i', ј: 'j', к: 'k', л: 'l', љ: 'lj', м: 'm', н: 'n', њ: 'nj', о: 'o', п: 'p', р: 'r' },
  ...{ с: 's', т: 't', ћ: 'c', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', џ: 'dz', ш: 'sh', щ: 'shch' },
  ...{ ъ: '', ы: 'y', ь: '', э: 'e', ю: 'iu', я: 'ia' },
};

const GREEK = {
  ...{ α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm' },
  ...{ ν: 'n', ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps' },
  ω: 'o',
};

/** Letters of the Latin alphabets that have no accent to drop. */
const LATIN = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ħ: 'h', ŧ: 't', ŋ: 'ng', ə: 'e' },
  ...{ ı: 'i', ĸ: 'k' },
};

function withCapitals(letters: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(letters).flatMap(([letter, spelling]) => {
    const capital = letter.toUpperCase();
    const small: [string, string] = [letter, spelling];
    // ß becomes two letters, ı and ĸ are others' or nobody's small letters.
    return Array.from(capital).length > 1 || capital === letter || /[A-Z]/.test(capital)
      ? [small]
      : [small, [capital, spelling.toUpperCase()]];
  });
}

const SIGNS: readonly (readonly [characters: string, spelling: string])[] = [
  ['‘’‚‛′ʼʹ‹›´', "'"],
  ['“”„‟″«»', '"'],
  ['‐‑‒–—―−', '-'],
  ['•·', '-'],
  ['⁄', '/'],
  ['×', 'x'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['¥', 'JPY'],
  ['₽', 'RUB'],
  ['₴', 'UAH'],
  ['₺', 'TRY'],
  ['©', '(c)'],
  ['®', '(R)'],
  ['ẞ', 'SS'],
];

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...[LATIN, CYRILLIC, GREEK].flatMap(withCapitals),
  ...SIGNS.flatMap(([characters, spelling]) =>
    Array.from(characters, (character): [string, string] => [character, spelling]),
  ),
]);

/** How a character is written in plainer ones; null: nobody says. */
export function spellingOf(character: string): string | null {
  return SPELLINGS.get(character) ?? null;
}
