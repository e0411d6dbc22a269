import { describe, expect, it } from 'vitest';
import { parseJsonOnce } from '../../../src/providers/kit/json-once.ts';

describe('JSON', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1},{"b":1,"c":[],"b":1}]',
    String.raw`{"a":1,"\u0061":2}`,
    String.raw`{"a\"":1,"a\"":2}`,
    '{"a" : 1, "a" : 2}',
  ])('that says a thing twice is not read: %s', (text) => {
    expect(() => parseJsonOnce(text)).toThrow('twice');
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    String.raw`{"a":"\"a\":1,{","b":"a"}`,
    '{"":1,"__proto__":2}',
    '[]',
    '"a"',
    'null',
  ])('that says a thing once is read: %s', (text) => {
    expect(parseJsonOnce(text)).toEqual(JSON.parse(text));
  });

  it('that is none is not read', () => {
    for (const text of ['', '{', '{"a":1', '{"a":1,}', '<html>'])
      expect(() => parseJsonOnce(text)).toThrow(SyntaxError);
  });
});
