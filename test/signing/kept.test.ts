/** What is made of a text is made once, and only what was made. */
import { describe, expect, it } from 'vitest';
import { kept, keptAwaited } from '../../src/signing/kept.ts';

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

describe('a function that keeps what it waited for', () => {
  it('makes each thing once, nothing among them too', async () => {
    const asked: string[] = [];
    const make = keptAwaited(async (text) => {
      asked.push(text);
      return text === '' ? null : text.length;
    });
    for (const [text, made] of [
      ['ab', 2],
      ['ab', 2],
      ['', null],
      ['', null],
      ['c', 1],
      ['ab', 2],
    ] as const)
      expect(await make(text)).toBe(made);
    expect(asked).toEqual(['ab', '', 'c']);
  });

  it('keeps no failure, and no promise: the request that made it may have ended', async () => {
    const waiting: ((made: string | null) => void)[] = [];
    const make = keptAwaited(async (text) => {
      const made = await new Promise<string | null>((resolve) => waiting.push(resolve));
      if (made === null) throw new RangeError(text);
      return made;
    });
    const [one, other] = [make('a'), make('a')];
    waiting[1]?.('made');
    expect(await other).toBe('made');
    waiting[0]?.(null);
    await expect(one).rejects.toThrow(RangeError);
    expect(await make('a')).toBe('made');
    expect(waiting).toHaveLength(2);
  });

  it('does not grow for ever', async () => {
    let made = 0;
    const make = keptAwaited(async (text) => {
      made += 1;
      return text;
    });
    for (let number = 0; number < 100; number++) await make(`${number}`);
    await make('0');
    expect(made).toBe(100);
    await make('100');
    await make('0');
    expect(made).toBe(102);
  });
});
