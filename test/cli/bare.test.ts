/**
 * What the build takes out of the Worker. Ruled out: that it takes out what decides; that a file is no code any more; that lines move away
 * from those of the source map.
 */
import { describe, expect, it } from 'vitest';
import { bare } from '../../src/build/bare.ts';

const HTTP = '/x/src/http/a.ts';
const PROVIDER = '/x/src/providers/p/a.ts';
const packed = (text: string) => text.replace(/\s+/g, '');

describe('a caption that is handed on', () => {
  const source = `const flag = (caption: string) => v.optional(v.pipe(v.boolean(), shown({ caption })), false);
const limit = (text: string) => v.pipe(v.number(), shown({ caption: text }), v.check(() => true, text));
const settings = v.object({ a: flag('Words'), b: limit('says it') });`;

  it('goes where the function says it to people alone, and stays where it is a message', () => {
    const left = bare(PROVIDER, source);
    expect(left).toContain("flag('')");
    expect(left).toContain("limit('says it')");
    expect(left.split('\n')).toHaveLength(source.split('\n').length);
  });
});

describe('a file of the API', () => {
  it('keeps of a description whose route it is, and loses its words, answers and examples', () => {
    const source = `documented({
      summary: 'Words',
      auth: 'operator',
      permission: 'configure',
      unlimitedOnly: true,
      query: schemas.q,
      body: schemas.b,
      ...(kind && { body: schemas.c }),
      ...(kind && { query: schemas.d }),
      success: { 200: schemas.e },
      errors: [],
      example: { path: { id: 'x' } },
    })`;
    const left = bare(HTTP, source);
    expect(packed(left)).toBe(
      "documented({auth:'operator',permission:'configure',unlimitedOnly:true,query:schemas.q,...(kind&&{query:schemas.d}),})",
    );
    expect(left.split('\n')).toHaveLength(source.split('\n').length);
  });

  it('keeps a schema without its words, in each other too', () => {
    const source =
      "const a = v.object({ b: told('Words', v.nullish(v.pipe(v.string(), v.metadata({ description: 'More' }), v.maxLength(3, 'takes 3')))) });";
    expect(packed(bare(HTTP, source))).toBe(
      "consta=v.object({b:(v.nullish(v.pipe(v.string(),v.maxLength(3,'takes3'))))});",
    );
  });
});

describe('a file of a provider', () => {
  it('keeps that a setting is a secret or called, and its checks', () => {
    const source =
      "v.object({ a: v.pipe(pattern(/x/, 'is x'), secret({ title: 'A', description: 'B' })), b: v.optional(v.pipe(v.string(), shown({ title: 'C' })), 'd'), c: v.pipe(v.string(), called({ title: 'E' })) })";
    expect(packed(bare(PROVIDER, source))).toBe(
      "v.object({a:v.pipe(pattern(/x/,'isx'),secret({})),b:v.optional(v.pipe(v.string(),),'d'),c:v.pipe(v.string(),called({}))})",
    );
  });

  it('keeps that there is a reason, and where there is none', () => {
    const source = "({ uniqueReading: isOld ? null : 'why', requestIsNoAnswer: 'because', covered: ['a'] })";
    expect(packed(bare(PROVIDER, source))).toBe(
      "({uniqueReading:isOld?null:'',requestIsNoAnswer:'',covered:['a']})",
    );
  });

  it('loses its set-up steps, and the recipes that explain no message', () => {
    const source =
      "const r: Record<string, Recipe<S>> = { 'request-signature': a, 'notification-signature': b, ...c, 'return-signature': d }; define({ setup: ({ callback }) => [{ where: 'W', value: callback }], reply: e });";
    expect(packed(bare(PROVIDER, source))).toBe(
      "constr:Record<string,Recipe<S>>={'notification-signature':b,...c,'return-signature':d};define({setup:null,reply:e});",
    );
  });
});

it('touches nothing elsewhere', () => {
  const source = "told('Words', a); shown({ title: 'b' });";
  expect(bare('/x/src/gateway/a.ts', source)).toBe(source);
});
