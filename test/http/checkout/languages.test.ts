/**
 * The languages of the pages for shoppers. Ruled out: a gap that one language has and another has not, a text that was forgotten in
 * English, an amount that is not exact or has other digits than its currency, a header that makes us fail.
 */
import { describe, expect, it } from 'vitest';
import { Documents } from '../../../src/gateway/documents.ts';
import {
  acceptedLanguage,
  languageTag,
  pageLanguageOf,
  timeIn,
  writtenAmount,
} from '../../../src/http/checkout/languages.ts';
import { TEXTS } from '../../../src/http/checkout/texts/all.ts';
import { learnLanguages, textsIn } from '../../../src/http/checkout/texts/spoken.ts';
import { PAGE_LANGUAGES } from '../../../src/payments/page-languages.ts';

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).join();

/** The same in English and in these, rightly. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ['wallet'],
  da: ['reference'],
};

describe.each(PAGE_LANGUAGES.filter((language) => language !== 'en'))('the texts in %s', (language) => {
  it('have the gaps of the English ones, no spaces at their ends, and nothing forgotten', () => {
    for (const [name, text] of Object.entries(TEXTS.en)) {
      const theirs = TEXTS[language][name as keyof typeof TEXTS.en];
      expect([name, gaps(theirs)]).toEqual([name, gaps(text)]);
      expect(theirs).toBe(theirs.trim());
      if (!SAME[language]?.includes(name)) expect([name, theirs]).not.toEqual([name, text]);
    }
  });

  it('end as the English ones do: sentences with a full stop, questions with their mark, titles and buttons with neither', () => {
    const ending = (text: string) => /[.:?]$/.exec(text)?.[0] ?? null;
    for (const [name, text] of Object.entries(TEXTS.en)) {
      const theirs = TEXTS[language][name as keyof typeof TEXTS.en];
      expect([name, ending(theirs)]).toEqual([name, ending(text)]);
    }
  });

  it('are set as a printer sets them: no typewriter quotes, and before high punctuation no space that may break', () => {
    for (const [name, text] of Object.entries(TEXTS[language])) {
      expect([name, text]).toEqual([name, expect.not.stringMatching(/["'`]|\.\.\.| {2}|[ \t][:;?!»]/)]);
      // French alone has a space there, and the one before each of them is a no-break space.
      const withSpace = (text.match(/\u00a0[:;?!]/g) ?? []).length;
      const all = (text.match(/[:;?!]/g) ?? []).length;
      expect([name, withSpace]).toEqual([name, language === 'fr' ? all : 0]);
    }
  });
});

describe('the language of a browser', () => {
  it.each([
    ['pl', 'pl'],
    ['PT-br, en;q=0.9', 'pt'],
    ['ja, de;q=0.4, fr;q=0.8', 'fr'],
    ['en;q=0, nl', 'nl'],
    ['*', null],
    ['ja', null],
    ['', null],
    ['fr;q=x', null],
    [',,;;q=,=', null],
    [`${'a'.repeat(10_000)}, fr`, null],
  ] as const)('of %j is %s', (header, language) => {
    expect(acceptedLanguage(header)).toBe(language);
  });

  it('is none for a word that is no language of ours', () => {
    for (const text of ['xx', '', '__proto__', 'constructor', '<script>', null, undefined])
      expect(pageLanguageOf(text)).toBeNull();
    expect(languageTag('pt')).toBe('pt-BR');
  });
});

describe('an amount', () => {
  it.each([
    ['en', 'EUR', '€1,234.56'],
    ['fr', 'EUR', '1 234,56 €'],
    ['de', 'EUR', '1.234,56 €'],
    ['pl', 'PLN', '1234,56 zł'],
    ['ru', 'RUB', '1 234,56 ₽'],
    ['pt', 'BRL', 'R$ 1.234,56'],
    ['da', 'DKK', '1.234,56 kr.'],
  ] as const)('in %s and %s is %s', (language, code, text) => {
    expect(plain(writtenAmount(language, 123_456, code))).toBe(text);
  });

  it('has the digits of its currency, which are not those of Intl, and is exact', () => {
    expect(plain(writtenAmount('en', 500, 'JPY'))).toBe('JP¥500');
    expect(plain(writtenAmount('de', 1_234_567, 'KWD'))).toBe('1.234,567 KWD');
    // Intl writes forints without any.
    expect(plain(writtenAmount('en', 123_456, 'HUF'))).toBe('HUF 1,234.56');
    expect(writtenAmount('en', Number.MAX_SAFE_INTEGER, 'EUR')).toBe('€90,071,992,547,409.91');
  });
});

describe('a time', () => {
  it('says its zone, as the language writes it', () => {
    const at = '2026-11-26T18:17:00Z';
    expect(plain(timeIn('en', at))).toBe('26 November 2026 at 18:17 UTC');
    expect(plain(timeIn('pl', at))).toBe('26 listopada 2026 18:17 UTC');
    expect(plain(timeIn('de', at))).toBe('26. November 2026 um 18:17 UTC');
  });
});

describe('the document of the texts', () => {
  const document = (answer: () => Response) => new Documents({ fetch: async () => answer() });

  it('is read once, and then says what it holds', async () => {
    let times = 0;
    const documents = document(() => {
      times += 1;
      return new Response(JSON.stringify(TEXTS));
    });
    expect(textsIn(documents, 'fr')).toBe(TEXTS.en);
    await learnLanguages(documents);
    await learnLanguages(documents);
    expect(times).toBe(1);
    expect(textsIn(documents, 'fr')).toEqual(TEXTS.fr);
  });

  it.each([
    ['is not there', document(() => new Response(null, { status: 404 }))],
    ['is cut', document(() => new Response('{"en":'))],
    [
      'cannot be reached',
      document(() => {
        throw new Error('no');
      }),
    ],
    ['was never bound', new Documents(null)],
  ])('leaves no shopper without a page where it %s: it is in English', async (_what, documents) => {
    await learnLanguages(documents);
    expect(textsIn(documents, 'fr')).toBe(TEXTS.en);
    expect(textsIn(undefined, 'fr')).toBe(TEXTS.en);
  });
});
