/** The console's texts. Ruled out: one that a language lacks or has too much, one that no page shows, one left in English. */
import { describe, expect, it } from 'vitest';
import { CONSOLE_LANGUAGES } from '../../src/console/texts/languages.ts';

type Texts = Readonly<Record<string, unknown>>;

/** Files of an area: `texts/<area>.<language>.ts`, each with one export `<area><Language>`. */
const files = import.meta.glob<Record<string, Texts>>('../../src/console/texts/*.*.ts', { eager: true });
const sources = import.meta.glob<string>('../../src/console/**/*.{ts,tsx}', {
  eager: true,
  query: '?raw',
  import: 'default',
});

const code = Object.entries(sources)
  .filter(([file]) => !/\/texts\/[a-z]+\.[a-z]{2}\.ts$/.test(file))
  .map(([, text]) => text);

const areas = new Map<string, Map<string, Texts>>();
for (const [file, exported] of Object.entries(files)) {
  const [, area = '', language = ''] = /\/([a-z]+)\.([a-z]{2})\.ts$/.exec(file) ?? [];
  const texts = exported[`${area}${language[0]?.toUpperCase()}${language.slice(1)}`];
  if (!texts) throw new Error(`${file} exports no ${area}${language}`);
  areas.set(area, (areas.get(area) ?? new Map()).set(language, texts));
}

/** The dotted names of the texts, those of groups too. */
function names(texts: Texts, prefix = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? names(value as Texts, `${prefix}${name}.`)
      : [prefix + name],
  );
}

function at(texts: Texts, name: string): unknown {
  return name.split('.').reduce<unknown>((value, part) => (value as Texts)[part], texts);
}

describe.each([...areas])('the texts of %s', (area, byLanguage) => {
  const english = byLanguage.get('en') ?? {};

  it('are the same in every language', () => {
    expect([...byLanguage.keys()].sort()).toEqual([...CONSOLE_LANGUAGES].sort());
    for (const [language, texts] of byLanguage) {
      expect(names(texts).sort(), language).toEqual(names(english).sort());
      for (const name of names(english)) {
        const [theirs, ours] = [at(texts, name), at(english, name)];
        expect(typeof theirs, `${language} ${name}`).toBe(typeof ours);
        if (typeof ours === 'function')
          expect((theirs as () => string).length, `${language} ${name}`).toBe(ours.length);
        else expect((theirs as string).trim(), `${language} ${name}`).not.toBe('');
      }
    }
  });

  it('are each shown by some page', () => {
    // Texts of a group that is read by a name in brackets (`t.status[status]`) count as shown with the group.
    const own = code.filter((text) => text.includes(`${area}Texts`));
    const unused = names(english).filter((name) => {
      const parts = name.split('.');
      const group = parts.at(-2);
      const key = parts.at(-1) ?? '';
      const isRead = own.some((text) => new RegExp(`[.{,\\s]${key}\\b`).test(text));
      // `t.status[status]`, or `const t = commonTexts[language].status; … t[status]`.
      const isIndexed = own.some(
        (text) =>
          new RegExp(`\\b${group ?? 't'}\\[`).test(text) ||
          (new RegExp(`\\.${group}[;)]`).test(text) && /\bt\[/.test(text)),
      );
      return !isRead && !isIndexed;
    });
    expect(unused).toEqual([]);
  });
});

describe('sentences of three words and more', () => {
  it('are not left in English', () => {
    const left = [...areas].flatMap(([area, byLanguage]) => {
      const english = byLanguage.get('en') ?? {};
      return [...byLanguage]
        .filter(([language]) => language !== 'en')
        .flatMap(([language, texts]) =>
          names(english)
            .filter((name) => typeof at(english, name) === 'string' && at(texts, name) === at(english, name))
            .filter((name) => String(at(english, name)).split(/\s+/).length >= 3)
            .map((name) => `${language} ${area}.${name}`),
        );
    });
    expect(left).toEqual([]);
  });
});
