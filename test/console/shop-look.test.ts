/**
 * The look of a shop in the console. Ruled out: a preview that changes something, or that another page may frame; a color or a picture
 * that is refused without a word; a picture that goes without a question.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, makeAccount, makeShop, network } from '../support/harness.ts';
import { SHOPS } from './shops-support.ts';
import { CONSOLE, formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
/** What the website answers to webhooks. */
let hookStatus = 204;
beforeEach(() => {
  hookStatus = 204;
  net = network(() => new Response(null, { status: hookStatus }));
});
afterEach(() => net.restore());

describe('the look of a shop', () => {
  const PNG = Uint8Array.from(
    atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
    (character) => character.charCodeAt(0),
  );

  it('is tried without a change, saved, and shown in a frame that the policy of this page alone allows', async () => {
    const { id } = await makeShop([await makeAccount('paybox')]);
    const browser = await signedIn({ role: 'configure' });
    const path = `${SHOPS}/${id}/branding`;
    const page = await browser.open(path);
    expect(page.headers.get('content-security-policy')).toContain("frame-src 'self'");
    expect((await browser.open(`${SHOPS}/${id}`)).headers.get('content-security-policy')).not.toContain(
      'frame-src',
    );
    const look = { name: 'Another <name>', color: '#123456', language: 'pl' };
    const tried = await browser.submit(page, path, { ...look, preview: 'on' });
    const [, frame = ''] = /<iframe[^>]* src="([^"]*)"/.exec(tried.text) ?? [];
    const shown = await browser.open(frame.replaceAll('&amp;', '&'));
    expect(shown.text).toContain('Another &lt;name&gt;');
    expect(shown.text).toContain('#123456');
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    const branding = async () => (await admin('GET', `/shops/${id}/branding`)).body;
    expect(await branding()).toMatchObject({ name: null, color: null, language: null });
    const late = await browser.open(path);
    const saved = await browser.submit(tried, path, look);
    expect(saved.text).toContain('The look is saved.');
    expect(await branding()).toMatchObject(look);
    const stale = await browser.submit(late, path, { name: 'Late' });
    expect(stale.status).toBe(422);
    expect(await branding()).toMatchObject(look);
  });

  it.each([
    [{ name: 'x'.repeat(61) }, 'field-name-problem'],
    [{ color: 'red' }, 'is a colour as #rrggbb'],
    [{ language: 'xx' }, 'field-language-problem'],
  ])('is neither tried nor saved where a field is wrong (%j)', async (wrong, words) => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/branding`;
    for (const preview of [{}, { preview: 'on' }]) {
      const page = await browser.submit(await browser.open(path), path, { ...wrong, ...preview });
      expect([page.status, page.text.includes(words)]).toEqual([422, true]);
    }
    expect((await admin('GET', `/shops/${id}/branding`)).body).toMatchObject({ name: null, color: null });
  });

  it('takes a picture, says why it takes none, and gives it away after a question', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/branding`;
    const send = async (file: File | null) => {
      const fields = formOf((await browser.open(path)).text, `${path}/logo`);
      const body = new FormData();
      for (const [name, value] of fields) if (name !== 'file') body.set(name, value);
      if (file) body.set('file', file);
      const answer = await browser.request(`${path}/logo`, {
        ...{ method: 'POST', body, headers: { origin: CONSOLE } },
      });
      return { status: answer.status, text: await answer.text() };
    };
    const logo = async () => (await admin<{ logo: string | null }>('GET', `/shops/${id}/branding`)).body.logo;
    expect((await send(null)).text).toContain('Picture: choose a file.');
    expect((await send(new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' }))).status).toBe(422);
    const large = await send(new File([new Uint8Array(33 * 1024)], 'a.png', { type: 'image/png' }));
    expect([large.status, large.text.includes('more than 32 KB')]).toEqual([422, true]);
    expect(await logo()).toBeNull();
    expect((await send(new File([PNG], 'a.png', { type: 'image/png' }))).status).toBe(303);
    expect(await logo()).toContain(`/logo/${id}/`);
    const remove = `${path}/logo/remove`;
    const gone = await browser.submit(await browser.open(remove), remove);
    expect(gone.text).toContain('The logo is gone.');
    expect(await logo()).toBeNull();
  });
});
