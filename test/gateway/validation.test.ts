/**
 * What a rejected request is told. Ruled out: a value that the schema does not take and that goes through; an error that is not told, told
 * twice, told of another place, or in the words of a library.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { valid } from '../../src/gateway/validation.ts';
import { Problem } from '../../src/payments/errors.ts';

/** What is wrong with a value: the sentence, and every error. */
function wrong(schema: v.GenericSchema, value: unknown) {
  try {
    return { accepted: valid(schema, value) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, errors } = error;
    return { code, message, errors };
  }
}

/** The errors of a value of one member. */
const errorsOf = (schema: v.GenericSchema, value: unknown) =>
  wrong(v.strictObject({ x: schema }), { x: value });

const one = (path: string, message: string) => ({
  code: 'invalid_request',
  message: `${path || 'the body'}: ${message}`,
  errors: [{ path, message }],
});

describe('a value', () => {
  const choices = v.picklist(['a(b)', 'c)', '(d']);

  it.each<readonly [message: string, schema: v.GenericSchema, value: unknown]>([
    ['is a text', v.string(), 1],
    ['is a number', v.number(), '1'],
    ['is true or false', v.boolean(), 1],
    ['is a list', v.array(v.string()), 'x'],
    ['is an object', v.record(v.string(), v.string()), 'x'],
    ['is an object', v.object({}), 'x'],
    ['is an object', v.strictObject({}), null],
    ['is a whole number', v.pipe(v.number(), v.integer()), 1.5],
    ['is not an IP address', v.pipe(v.string(), v.ip()), 'x'],
    ['is at least 2', v.pipe(v.number(), v.minValue(2)), 1],
    ['is at most 2', v.pipe(v.number(), v.maxValue(2)), 3],
    ['takes at least 2', v.pipe(v.string(), v.minLength(2)), 'x'],
    ['takes at most 2', v.pipe(v.string(), v.maxLength(2)), 'xxx'],
    ['takes at least 1 members', v.pipe(v.record(v.string(), v.string()), v.minEntries(1)), {}],
    ['takes at most 1 members', v.pipe(v.record(v.string(), v.string()), v.maxEntries(1)), { a: '', b: '' }],
    ['is one of "a(b)", "c)", "(d"', choices, 'e'],
    ['is one of "a"', v.literal('a'), 'b'],
    ['is not valid', v.union([v.string(), v.number()]), true],
    ['is its own sentence', v.pipe(v.string(), v.startsWith('y', 'is its own sentence')), 'x'],
    // That it is there and is not good is not that it is missing.
    [
      'is not valid',
      v.pipe(
        v.unknown(),
        v.check(() => false),
      ),
      undefined,
    ],
  ])('is told what it has to be: %s', (message, schema, value) => {
    expect(errorsOf(schema, value)).toEqual(one('x', message));
  });

  it.each([
    ['a text', v.string()],
    ['one of several', choices],
    ['an object', v.strictObject({})],
  ])('that is not there is missing, whatever it has to be: %s', (_name, schema) => {
    expect(wrong(v.strictObject({ x: schema }), {})).toEqual(one('x', 'is missing'));
  });

  it('as a whole is the body', () => {
    expect(wrong(v.strictObject({}), 'x')).toEqual(one('', 'is an object'));
    expect(wrong(v.strictObject({ a: v.string() }), ['x'])).toEqual(one('', 'is an object, not a list'));
  });

  it('that is good is taken as the schema reads it', () => {
    const schema = v.strictObject({ x: v.pipe(v.string(), v.trim()), y: v.optional(v.number(), 7) });
    expect(wrong(schema, { x: ' a ' })).toEqual({ accepted: { x: 'a', y: 7 } });
  });
});

describe('every error is told, and once', () => {
  const schema = v.strictObject({
    customer: v.strictObject({ email: v.string(), name: v.optional(v.string()) }),
    lines: v.array(v.strictObject({ amount: v.number() })),
  });

  it('of members that are not known, missing, and of another kind', () => {
    const value = {
      customer: { emial: 'a', name: 1 },
      lines: [{ amount: 1, tax: 2 }, {}],
      colour: 1,
      custom: 2,
    };
    expect(wrong(schema, value)).toEqual({
      code: 'invalid_request',
      message: 'customer.emial: is not known: did you mean email?',
      errors: [
        { path: 'customer.emial', message: 'is not known: did you mean email?' },
        { path: 'lines.0.tax', message: 'is not known here, where there is amount' },
        { path: 'colour', message: 'is not known here, where there is customer, lines' },
        { path: 'custom', message: 'is not known: did you mean customer?' },
        { path: 'customer.email', message: 'is missing' },
        { path: 'customer.name', message: 'is a text' },
        { path: 'lines.1.amount', message: 'is missing' },
      ],
    });
  });

  it('of a list where an object has to be nothing inside', () => {
    expect(wrong(schema, { customer: ['a'], lines: [['b'], { amount: 'c' }] })).toEqual({
      code: 'invalid_request',
      message: 'customer: is an object, not a list',
      errors: [
        { path: 'customer', message: 'is an object, not a list' },
        { path: 'lines.0', message: 'is an object, not a list' },
        { path: 'lines.1.amount', message: 'is a number' },
      ],
    });
  });

  it('also where the library finds none', () => {
    const optional = v.object({ x: v.optional(v.string()) });
    expect(wrong(optional, ['x'])).toEqual(one('', 'is an object, not a list'));
    const free = v.strictObject({ names: v.record(v.string(), v.string()) });
    expect(wrong(free, JSON.parse('{"names":{"__proto__":"x"}}'))).toEqual(
      one('names.__proto__', 'cannot be a name'),
    );
  });
});
