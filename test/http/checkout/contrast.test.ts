/** The colour of a shop. Ruled out: one that cannot be read, in either scheme; and that one which can be read is changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accentOf, contrast } from '../../../src/http/checkout/contrast.ts';
import { checkoutStyle } from '../../../src/http/checkout/style.ts';

const SURFACES = { light: '#ffffff', dark: '#171d1a' } as const;

describe('an accent', () => {
  it('can be read on the card, and what is written on it, whatever the colour', () => {
    const hex = fc
      .integer({ min: 0, max: 0xffffff })
      .map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(hex, fc.constantFrom('light', 'dark'), (color, scheme) => {
        const accent = accentOf(color, scheme);
        expect(accent.color).toMatch(/^#[0-9a-f]{6}$/);
        expect(contrast(accent.color, SURFACES[scheme])).toBeGreaterThanOrEqual(4.5);
        expect(contrast(accent.color, accent.on)).toBeGreaterThanOrEqual(4.5);
      }),
      {
        numRuns: 2000,
        examples: [
          ['#ffffff', 'light'],
          ['#000000', 'dark'],
          ['#171d1a', 'dark'],
          ['#808080', 'light'],
        ],
      },
    );
  });

  it('is the colour itself where that can be read', () => {
    expect(accentOf('#14532d', 'light').color).toBe('#14532d');
    expect(accentOf('#86efac', 'dark').color).toBe('#86efac');
    expect(contrast('#000000', '#ffffff')).toBe(21);
  });
});

describe('the stylesheet', () => {
  it.each(['light', 'dark'])('has no text of less than 4.5 to 1: %s', (scheme) => {
    const style = checkoutStyle(null);
    const part = scheme === 'dark' ? style.slice(style.indexOf('@media screen')) : style;
    const long = (value = '') => (value.length === 4 ? value.replace(/[0-9a-f]/g, '$&$&') : value);
    const value = (name: string) => long(new RegExp(`--${name}:(#[0-9a-f]+)`).exec(part)?.[1]);
    for (const [text, ground] of [
      ['ink', 'paper'],
      ['ink', 'surface'],
      ['ink', 'soft'],
      ['muted', 'surface'],
      ['muted', 'paper'],
      ['warn', 'warnsoft'],
      ['accent', 'surface'],
      ['on', 'accent'],
    ] as const)
      expect([text, ground, contrast(value(text), value(ground)) >= 4.5]).toEqual([text, ground, true]);
  });
});
