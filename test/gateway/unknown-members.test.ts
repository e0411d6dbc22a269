/**
 * Members that nobody knows. Ruled out: one that is taken in silence, which a shop thinks has had an effect; one that is known and refused;
 * a suggestion that leads astray.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { nearestName, unknownMembers, unknownName } from '../../src/gateway/unknown-members.ts';

describe('the nearest name', () => {
  it.each([
    ['emial', ['email'], 'email'],
    ['Amount', ['amount'], 'amount'],
    ['amount', ['AMOUNT'], 'AMOUNT'],
    ['amont', ['account', 'amount'], 'amount'],
    ['amuont', ['amount', 'amounts'], 'amount'],
    ['amoun', ['amounts', 'amount'], 'amount'],
    // Of short names one letter may differ, of others two of five.
    ['ab', ['ac'], 'ac'],
    ['ab', ['cd'], null],
    ['abcde', ['abcxy'], 'abcxy'],
    ['abcde', ['abxyz'], null],
    ['abcde', ['abcdefgh'], null],
    ['abcdefgh', ['abcde'], null],
    ['colour', ['amount', 'currency'], null],
    ['amount', [], null],
  ])('of %s among %j is %j', (given, known, expected) => {
    expect(nearestName(given, known)).toBe(expected);
  });

  it('is said, or else all that there are', () => {
    expect(unknownName('emial', ['name', 'email'])).toBe('is not known: did you mean email?');
    expect(unknownName('colour', ['name', 'email'])).toBe('is not known here, where there is email, name');
    expect(unknownName('colour', [])).toBe('is not known: nothing is taken here');
  });
});

describe('what a schema does not have', () => {
  const strict = v.strictObject({ a: v.number() });
  const unknown = 'is not known here, where there is a';
  const notAList = 'is an object, not a list';
  const variant = v.variant('kind', [
    v.strictObject({ kind: v.literal('one'), first: v.string() }),
    v.strictObject({ kind: v.literal('two'), second: v.string() }),
  ]);
  const of = (schema: v.GenericSchema, value: unknown) =>
    unknownMembers(schema, value).map(({ path, message }) => [path, message]);

  it.each<readonly [name: string, schema: v.GenericSchema, value: unknown, expected: readonly unknown[]]>([
    ['nothing', strict, { a: 1 }, []],
    ['a member', strict, { a: 1, colour: 1 }, [['colour', unknown]]],
    ['a member with the name of a method of every object', strict, { toString: 1 }, [['toString', unknown]]],
    ['a member of an object that is open', v.object({ a: v.number() }), { colour: 1 }, []],
    [
      'one inside of it',
      v.object({ a: strict }),
      { colour: 1, a: { b: 1, colour: 2 } },
      [
        ['a.b', 'is not known: did you mean a?'],
        ['a.colour', unknown],
      ],
    ],
    [
      'one of what may be left out or null',
      v.strictObject({ a: v.nullish(strict) }),
      { a: { colour: 1 } },
      [['a.colour', unknown]],
    ],
    [
      'one in a list',
      v.strictObject({ a: v.array(strict) }),
      { a: [{ a: 1 }, { colour: 1 }] },
      [['a.1.colour', unknown]],
    ],
    ['a list for an object', strict, [1], [['', notAList]]],
    ['a list for an open object', v.object({ a: v.number() }), [1], [['', notAList]]],
    [
      'a list for free names',
      v.strictObject({ a: v.record(v.string(), v.string()) }),
      { a: [] },
      [['a', notAList]],
    ],
    ['a list for a text, which the schema tells itself', v.strictObject({ a: v.string() }), { a: [] }, []],
    ['a text, for an object', strict, 'colour', []],
    ['null for an object', strict, null, []],
    ['an object for a text', v.string(), { colour: 1 }, []],
    ['free names', v.record(v.string(), v.string()), { colour: 'x' }, []],
    [
      'a member under a free name',
      v.record(v.string(), strict),
      { any: { colour: 1 } },
      [['any.colour', unknown]],
    ],
    ['what is of the first kind', variant, { kind: 'one', first: 'x' }, []],
    ['what is of the second kind', variant, { kind: 'two', second: 'x' }, []],
    [
      'a member of another kind',
      variant,
      { kind: 'two', first: 'x' },
      [['first', 'is not known here, where there is kind, second']],
    ],
    ['a kind that there is not, which the schema tells itself', variant, { kind: 'three', first: 'x' }, []],
  ])('is found by its path: %s', (_name, schema, value, expected) => {
    expect(of(schema, value)).toEqual(expected);
  });

  it.each(['__proto__', 'prototype', 'constructor'])(
    'is a free name that objects have for themselves: %s',
    (name) => {
      const schema = v.strictObject({ a: v.record(v.string(), strict) });
      expect(of(schema, JSON.parse(`{"a":{"${name}":{"a":1}}}`))).toEqual([
        [`a.${name}`, 'cannot be a name'],
      ]);
    },
  );
});
