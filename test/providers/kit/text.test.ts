/** Text for people on its way into a field: rewritten only where it does not fit, never half a character. */
import { describe, expect, it } from 'vitest';
import {
  ASCII,
  cut,
  cutMandatory,
  ifFits,
  inCharset,
  plainAscii,
  written,
} from '../../../src/providers/kit/text.ts';
import { charset } from '../../../src/signing/charsets.ts';

const LATIN_1 = inCharset(charset('iso-8859-1'));
const CYRILLIC = inCharset(charset('windows-1251'));

describe('a text', () => {
  it('that fits is not touched, composed or not', () => {
    for (const text of ['Zoé', 'e\u0301', 'Łódź €', '李', '👩‍👩‍👧'])
      expect(written(text, inCharset(charset('utf-8')))).toBe(text);
    expect(written('Zoé Müller ½', LATIN_1)).toBe('Zoé Müller ½');
    expect(written('Заказ №15 за 1€ “x”', CYRILLIC)).toBe('Заказ №15 за 1€ “x”');
  });

  it.each([
    ['L’Hôte', "L'Hôte", "L'Hote"],
    ['Œuvre 5 €', 'OEuvre 5 EUR', 'OEuvre 5 EUR'],
    ['Łódź', 'Lódz', 'Lodz'],
    ['e\u0301', 'é', 'e'],
    ['«½» – № 1…', '«½» - No 1...', '"1/2" - No 1...'],
    ['Straße', 'Straße', 'Strasse'],
    ['Иван Щукин', 'Ivan SHCHukin', 'Ivan SHCHukin'],
    ['Αθήνα', 'Athina', 'Athina'],
    ['Müller 李😀', 'Müller ', 'Muller '],
    ['ﬁne x² a\u2003b', 'fine x² a b', 'fine x2 a b'],
  ])('%s is spelt in what the field takes', (text, latin1, ascii) => {
    expect(written(text, LATIN_1)).toBe(latin1);
    expect(plainAscii(text)).toBe(ascii);
  });

  it('holds no control character, and no half of one', () => {
    expect(cut('a\r\n\u2028b\ud800c\ufffed', 20)).toBe('a b c d');
  });

  it('is cut at what people see as one character', () => {
    expect(cut('ab👩‍👩‍👧', 4)).toBe('ab');
    expect(cut('e\u0301e\u0301', 3)).toBe('e\u0301');
    expect(cut('Œ', 1, ASCII)).toBe('O');
    expect(cut('👩‍👩‍👧', 2)).toBe('👩\u200d');
  });

  it('that must not be empty is not', () => {
    expect([cut('李', 9, ASCII), cutMandatory('李', 9, ASCII)]).toEqual([undefined, 'X']);
    expect(cutMandatory(' ', 9, ASCII)).toBeUndefined();
  });

  it('that means something only as it is, is never rewritten', () => {
    expect([ifFits('ж1', 9, LATIN_1), ifFits('12345', 4), ifFits(' 1234 ', 4)]).toEqual([
      undefined,
      undefined,
      '1234',
    ]);
  });
});
