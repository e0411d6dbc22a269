/**
 * The XML of providers. Ruled out: that a document declares, fetches or expands anything; that one which two readers would read in two ways is
 * read in one of them; that a document of a bank reads otherwise than in a parser that many use.
 */
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { NoXml, readXml } from '../../../src/providers/kit/xml.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a document', () => {
  it.each([
    ['text', '<a> x </a>', { a: 'x' }],
    ['nothing', '<a/>', { a: '' }],
    ['nothing, in two tags', '<a></a >', { a: '' }],
    ['several of one name', '<a><b>1</b><b>2</b></a>', { a: { b: ['1', '2'] } }],
    ['prefixes', '<s:a xmlns:s="u" xmlns="v"><s:b>1</s:b></s:a>', { a: { '@xmlns': 'v', b: '1' } }],
    [
      'attributes, and text beside them',
      `<a x="1" y='"'>t</a>`,
      { a: { '@x': '1', '@y': '"', '#text': 't' } },
    ],
    [
      'references',
      '<a x="&lt;&#38;">&amp;&gt;&#233;&#x20AC;&quot;&apos;</a>',
      { a: { '@x': '<&', '#text': '&>é€"\'' } },
    ],
    ['a reference once, and not what it makes', '<a>&amp;lt;</a>', { a: '&lt;' }],
    ['CDATA as it stands', '<a><![CDATA[ <b>&amp; ]]></a>', { a: ' <b>&amp; ' }],
    [
      'a declaration, comments, a mark of the byte order',
      '\ufeff<?xml version="1.0"?>\n<!-- <x> --><a>1<!-- 2 --></a>\n',
      { a: '1' },
    ],
    ['digits as they are written', '<a><b>002</b><c>1e3</c></a>', { a: { b: '002', c: '1e3' } }],
    [
      'names of an object',
      '<a><__proto__>1</__proto__><constructor>2</constructor></a>',
      JSON.parse('{"a":{"__proto__":"1","constructor":"2"}}'),
    ],
  ])('is read with %s', (_what, text, tree) => {
    expect(plain(readXml(text, { attribute: '@' }))).toEqual(tree);
  });

  it('keeps prefixes and makes lists where that is asked for', () => {
    expect(plain(readXml('<s:a><s:b/></s:a>', { prefixes: 'kept', lists: ['s:b'] }))).toEqual({
      's:a': { 's:b': [''] },
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['one inside', '<a><!DOCTYPE b></a>'],
    ['entities of its own', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['a file', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['one in small letters', '<!doctype a><a/>'],
    ['nothing', ' '],
    ['no XML', '{"a":1}'],
    ['text around', 'x<a/>'],
    ['text after', '<a/>x'],
    ['two at the top', '<a/><a/>'],
    ['two of other names', '<a/><b/>'],
    ['no end', '<a><b></b>'],
    ['another end', '<a></b>'],
    ['ends crossed', '<a><b></a></b>'],
    ['an end in another case', '<a></A>'],
    ['an end of another prefix', '<s:a></t:a>'],
    ['an end of nothing', '</a>'],
    ['an end with attributes', '<a></a x="1">'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['attributes without space', '<a x="1"y="2"/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['an attribute without a value', '<a x/>'],
    ['an element in an attribute', '<a x="<b>"/>'],
    ['an attribute without an end', '<a x="1/>'],
    ['an open tag', '<a'],
    ['a number for a name', '<1/>'],
    ['a space before the name', '< a/>'],
    ['an open comment', '<a/><!-- x'],
    ['an open CDATA', '<a><![CDATA[x</a>'],
    ['more levels than any answer has', '<a>'.repeat(200) + '</a>'.repeat(200)],
  ])('%s', (_what, text) => {
    expect(() => readXml(text, { attribute: '@' })).toThrow(NoXml);
  });

  it('takes no longer than its length: hostile text of a megabyte', () => {
    const began = performance.now();
    for (const part of ['<a>', '<a ', ' x="1"', '&amp;', '<!--', '</a', '&#x', '<![CDATA['])
      expect(() => readXml(`<a${part.repeat(100_000)}`)).toThrow(NoXml);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('expands nothing: what comes out is no longer than what came in', () => {
    const text = `<a>${'&lol9;'.repeat(1000)}</a>`;
    expect(readXml(text)).toEqual({ a: text.slice(3, -4) });
  });
});

describe('beside fast-xml-parser', () => {
  const other = new XMLParser({
    removeNSPrefix: true,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
  });
  const name = fc.constantFrom('a', 'b', 'Order', 's:Body', 'x-y', 'Été');
  const text = fc.string({ unit: fc.constantFrom('a', '1', ' ', '&amp;', '&lt;', 'é', '"'), maxLength: 6 });
  const { element } = fc.letrec((tie) => ({
    element: fc
      .tuple(
        name,
        fc.dictionary(name, text, { maxKeys: 2, noNullPrototype: true }),
        fc.oneof({ maxDepth: 4 }, text, fc.array(tie('element'), { maxLength: 3 })),
      )
      .map(([tag, attributes, inner]) => {
        const written = Object.entries(attributes).map(
          ([key, value]) => ` ${key}="${value.replaceAll('"', "'")}"`,
        );
        return `<${tag}${written.join('')}>${Array.isArray(inner) ? inner.join('') : inner}</${tag}>`;
      }),
  }));

  it('a document that is well-formed reads the same', () => {
    fc.assert(
      fc.property(element as fc.Arbitrary<string>, (document) => {
        expect(plain(readXml(document, { attribute: '@' }))).toEqual(other.parse(document));
      }),
      { numRuns: 500 },
    );
  });

  it('one with a character less is refused by both, or read the same', () => {
    fc.assert(
      fc.property(element as fc.Arbitrary<string>, fc.nat(), (document, at) => {
        const index = at % document.length;
        const broken = document.slice(0, index) + document.slice(index + 1);
        let read: unknown = null;
        try {
          read = plain(readXml(broken, { attribute: '@' }));
        } catch (error) {
          expect(error).toBeInstanceOf(NoXml);
        }
        if (read !== null && XMLValidator.validate(broken) === true)
          expect(read).toEqual(other.parse(broken));
      }),
      { numRuns: 500 },
    );
  });
});
