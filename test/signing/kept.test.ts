/** What is made of a text is made once, and only what was made. */
import { describe, expect, it } from 'vitest';
import { kept } from '../../src/signing/kept.ts';

describe('a function that keeps what it made', () => {
  it('makes each thing once, nothing among them too', () => {
    const asked: string[] = [];
    const make = kept((text) => {
      asked.push(text);
      return text === '' ? null : text.length;
    });
    expect([make('ab'), make('ab'), make(''), make(''), make('c'), make('ab')]).toEqual([
      2,
      2,
      null,
      null,
      1,
      2,
    ]);
    expect(asked).toEqual(['ab', '', 'c']);
  });

  it('keeps no failure: a key that is mended is read anew', () => {
    let isBroken = true;
    const make = kept((text) => {
      if (isBroken) throw new RangeError('no key');
      return text;
    });
    expect(() => make('a')).toThrow(RangeError);
    isBroken = false;
    expect(make('a')).toBe('a');
  });

  it('does not grow for ever: a key of an account that is gone is not kept', () => {
    let made = 0;
    const make = kept((text) => {
      made += 1;
      return text;
    });
    for (let number = 0; number <= 100; number++) make(`${number}`);
    make('0');
    expect(made).toBe(102);
  });
});
