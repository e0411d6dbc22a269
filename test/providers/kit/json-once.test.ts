import { describe, expect, it } from 'vitest';
import { parseJsonOnce, RepeatedMember } from '../../../src/providers/kit/json-once.ts';
import { DEEPEST } from '../../../src/providers/kit/message-limits.ts';

describe('JSON', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1},{"b":1,"c":[],"b":1}]',
    String.raw`{"a":1,"\u0061":2}`,
    String.raw`{"a\"":1,"a\"":2}`,
    '{"a" : 1, "a" : 2}',
    '{"a":1,"a" :2}',
    '{"a"\n:1,"a"\t:2}',
    // What looks like a member stands inside of a value, and hides none.
    String.raw`{"a":"\":","a":2}`,
    '{"a":" : :","a":2}',
    String.raw`{"x":"\":\":\":","a":{"b":1,"b":1}}`,
  ])('that says a thing twice is not read: %s', (text) => {
    expect(() => parseJsonOnce(text)).toThrow('twice');
  });

  it('that says a thing twice is named by its path', () => {
    const pathOf = (text: string) => {
      try {
        return parseJsonOnce(text);
      } catch (error) {
        return error instanceof RepeatedMember ? error.path : error;
      }
    };
    expect(pathOf('{"x":[[1,2],{"a":{"b":1},"c":[1,{"d":"},"}],"c":0}]}')).toBe('x.1.c');
    expect(pathOf('[{"a":1},{"b":1,"c":[],"b":1}]')).toBe('1.b');
    expect(pathOf('{"a":{"b":1},"c":{"b":1,"b":2}}')).toBe('c.b');
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    String.raw`{"a":"\"a\":1,{","b":"a"}`,
    '{"":1,"__proto__":2}',
    String.raw`{"a":"\":\":","b":" : "}`,
    '{"a" :1,"b"\r\n:2}',
    `${'['.repeat(DEEPEST)}${']'.repeat(DEEPEST)}`,
    '[]',
    '"a"',
    'null',
  ])('that says a thing once is read: %s', (text) => {
    expect(parseJsonOnce(text)).toEqual(JSON.parse(text));
  });

  it.each([
    `${'['.repeat(DEEPEST + 1)}${']'.repeat(DEEPEST + 1)}`,
    `${'{"a":'.repeat(DEEPEST + 1)}1${'}'.repeat(DEEPEST + 1)}`,
    `{"a":"\\":","b":${'['.repeat(DEEPEST)}${']'.repeat(DEEPEST)}}`,
  ])('that is too deep is not read: %s', (text) => {
    expect(() => parseJsonOnce(text)).toThrow('deeper');
  });

  it('that is none is not read', () => {
    for (const text of ['', '{', '{"a":1', '{"a":1,}', '<html>'])
      expect(() => parseJsonOnce(text)).toThrow(SyntaxError);
  });
});
