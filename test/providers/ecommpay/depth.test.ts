/** The failures ruled out: JSON that is deeper than its reader can follow is read; JSON that only has many branches is not. */
import { expect, it } from 'vitest';
import { parseJsonTree } from '../../../src/providers/ecommpay/json-tree.ts';
import { DEEPEST } from '../../../src/providers/kit/message-limits.ts';

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

it.each([
  nested('[', ']', DEEPEST + 1),
  nested('{"a":', '}', DEEPEST + 1).replace('}', '1}'),
  nested('[ ', ' ]', DEEPEST + 1),
  `{"a":"[[[\\"{\\"[","b":${nested('[', ']', DEEPEST)}}`,
  nested('[', ']', 20_000),
])('too deep: %s', (text) => {
  expect(parseJsonTree(text)).toBe(null);
});

it.each([
  nested('[', ']', DEEPEST),
  `[${Array.from({ length: 100 }, () => '{"a":[]}').join(',')}]`,
  `{"a":"${'[{'.repeat(100)}"}`,
])('not too deep: %s', (text) => {
  expect(parseJsonTree(text)).toEqual(JSON.parse(text));
});
