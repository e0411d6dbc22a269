/** The files beside the Worker. Ruled out: one that is read again for each request, another that is served for it, and a failure that is kept. */
import { describe, expect, it } from 'vitest';
import { Documents } from '../../src/gateway/documents.ts';

/** Files that say how often each was read. */
function filesWith(answers: Readonly<Record<string, Response | undefined>> = {}) {
  const read: string[] = [];
  const files = {
    fetch: async (address: string) => {
      read.push(address);
      return answers[address]?.clone() ?? new Response(JSON.stringify({ of: address, time: read.length }));
    },
  };
  return { files, read };
}

const ADDRESS = 'https://files.invalid/';

describe('a file beside the Worker', () => {
  it('is read once in an isolate, as a text and as what it holds', async () => {
    const { files, read } = filesWith();
    const documents = new Documents(files);
    expect(documents.known('texts.json')).toBeNull();
    const held = { of: `${ADDRESS}texts.json`, time: 1 };
    const first = await documents.json('texts.json');
    expect(first).toEqual(held);
    expect(await documents.json('texts.json')).toBe(first);
    expect(documents.known('texts.json')).toBe(first);
    expect(await documents.text('texts.json')).toBe(JSON.stringify(held));
    expect(documents.known('openapi.json')).toBeNull();
    expect(await documents.json('openapi.json')).toEqual({ of: `${ADDRESS}openapi.json`, time: 2 });
    expect(await documents.text('openapi.json')).toContain('openapi.json');
    expect(read).toEqual([`${ADDRESS}texts.json`, `${ADDRESS}openapi.json`]);
  });

  it('that is not there is said to be missing from the deployment, each time', async () => {
    const missing = {
      code: 'misconfigured',
      message: 'the Worker was deployed without its file providers.json: deploy it again',
    };
    const { files, read } = filesWith({
      [`${ADDRESS}providers.json`]: new Response('{"not": "this"}', { status: 404 }),
    });
    const documents = new Documents(files);
    for (let time = 0; time < 2; time += 1)
      await expect(documents.json('providers.json')).rejects.toMatchObject(missing);
    expect([documents.known('providers.json'), read.length]).toEqual([null, 2]);
    await expect(new Documents(null).text('providers.json')).rejects.toMatchObject(missing);
  });
});
