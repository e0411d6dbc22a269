/** The charset of answers: an answer in one charset that is read in another. */
import { describe, expect, it } from 'vitest';
import { callApi } from '../../../src/providers/kit/api-call.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const textOf = async (body: Uint8Array<ArrayBuffer>, contentType?: string, charset?: 'windows-1251') => {
  const fetcher = (async () =>
    new Response(body, { headers: contentType ? { 'content-type': contentType } : {} })) as typeof fetch;
  const { text } = await callApi(fetcher, 'https://bank.test/', { headers: {}, ...(charset && { charset }) });
  return text;
};

describe('an answer', () => {
  it.each([
    ['by its header', latin('refusé'), 'text/XML; Charset=iso-8859-1'],
    ['by its header, quoted', latin('refusé'), 'text/plain; charset="ISO-8859-15"'],
    ['by its XML declaration', latin('<?xml version="1.0" encoding="ISO-8859-1"?><a>refusé</a>'), 'text/xml'],
    ['by its bytes, where it says nothing', latin('refusé'), undefined],
    ['by its bytes, where it says something wrong', latin('refusé'), 'text/plain; charset=utf-8'],
    ['by its bytes, where it names no charset that there is', latin('refusé'), 'text/plain; charset=x-none'],
    ['as UTF-8', new TextEncoder().encode('refusé'), 'application/json'],
  ])('is read %s', async (_how, body, contentType) => {
    expect(await textOf(body as Uint8Array<ArrayBuffer>, contentType)).toContain('refusé');
  });

  it('is read in the charset of its protocol, where it says nothing and is no UTF-8', async () => {
    expect(await textOf(Uint8Array.of(0xcf, 0xf0), undefined, 'windows-1251')).toBe('Пр');
  });
});
