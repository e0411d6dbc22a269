/** Answers of providers' APIs to operations: what says a thing twice is no answer, and what is no no is none. */
import { describe, expect, it } from 'vitest';
import { jsonObject } from '../../../src/providers/kit/api-call.ts';
import { bookedState } from '../../../src/providers/kit/booked-state.ts';
import { mayDecline } from '../../../src/providers/kit/declining.ts';
import { doubledName } from '../../../src/providers/kit/doubled-name.ts';
import { statusTable } from '../../../src/providers/kit/statuses.ts';

describe('a name that stands twice', () => {
  it.each([
    ['{"a":1,"b":{"c":1,"c":2}}', 'c'],
    ['{"a":1, "a" : 1}', 'a'],
    ['{"status":1,"\\u0073tatus":2}', 'status'],
    ['[{"a":1},{"x":"{\\"a\\":","a":1,"a":2}]', 'a'],
    ['{"":1,"":2}', ''],
    ['{"a":{"b":1},"a":{"b":2}}', 'a'],
  ])('is found: %s', (text, name) => {
    expect(doubledName(text)).toBe(name);
    if (text.startsWith('{')) expect(() => jsonObject(text)).toThrow('twice');
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"\\\\","b":"a"}',
    '{"a":["a","a"],"b":"a"}',
    '[]',
  ])('is not where it stands in different objects, or in values: %s', (text) => {
    expect(doubledName(text)).toBeNull();
  });

  it('takes no time that grows faster than the text', () => {
    const text = `{"a":"${'\\"'.repeat(500_000)}"}`;
    expect(doubledName(text)).toBeNull();
  });
});

it.each(['[]', 'null', '"a"', '1', '', '<html>'])('no object is an answer: %s', (text) => {
  expect(() => jsonObject(text)).toThrow('not a JSON object');
});

it.each([408, 409, 425, 429, 500, 502, 503, 504, 301])('HTTP %i is never a no', (status) => {
  expect(mayDecline(status)).toBe(false);
});

it.each([200, 400, 403, 404, 412, 422])('HTTP %i may be a no', (status) => {
  expect(mayDecline(status)).toBe(true);
});

it('a word that the sheet does not have, or that says nothing, is no state', () => {
  const table = statusTable([
    ['done', 'refunded', 'done'],
    ['later', 'pending', 'later'],
    ['no', 'denied', 'no'],
    ['what', 'none', 'what'],
  ]);
  const words = ['done', 'later', 'no', 'what', 'toString', ''];
  expect(words.map((word) => bookedState(table, word))).toEqual([
    'succeeded',
    'accepted',
    'failed',
    'unknown',
    'unknown',
    'unknown',
  ]);
});
