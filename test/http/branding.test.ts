/** How a shop looks. The failures ruled out: a logo that a browser takes for a page, a file that is no picture, and one that is too big. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logoType } from '../../src/gateway/logo.ts';
import { admin, makeAccount, makeShop, network, type Problem, request } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

/** A PNG of so many pixels, as long as asked: its header, an image of zeros, its end. */
function png(width: number, height: number, length = 64): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(33, length - 57);
  const text = new TextEncoder();
  bytes.set(text.encode('IDAT'), 37);
  bytes.set(text.encode('IEND'), length - 8);
  return bytes;
}

function webp(chunk: string, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes.set(new TextEncoder().encode(`RIFF\0\0\0\0WEBP${chunk}`));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 8, true);
  fill(view);
  return bytes;
}

const WEBPS: readonly (readonly [string, (width: number, height: number) => Uint8Array])[] = [
  [
    'lossy',
    (width, height) =>
      webp('VP8 ', (view) => {
        for (const [at, byte] of [0x9d, 0x01, 0x2a].entries()) view.setUint8(23 + at, byte);
        view.setUint16(26, width, true);
        view.setUint16(28, height, true);
      }),
  ],
  [
    'lossless',
    (width, height) =>
      webp('VP8L', (view) => {
        view.setUint8(20, 0x2f);
        view.setUint32(21, (width - 1) | ((height - 1) << 14), true);
      }),
  ],
  [
    'extended',
    (width, height) =>
      webp('VP8X', (view) => {
        view.setUint32(24, width - 1, true);
        view.setUint32(26, view.getUint16(26, true) | ((height - 1) << 8), true);
      }),
  ],
];

function put(shop: string, body: Uint8Array | string, type = 'image/png') {
  return request(`/v1/admin/shops/${shop}/logo`, {
    method: 'PUT',
    headers: { authorization: 'Bearer test-admin-token', 'content-type': type },
    body,
  });
}

describe('a picture', () => {
  it('is known by its bytes, whatever it says it is', () => {
    expect(logoType(png(1024, 1))).toBe('image/png');
    for (const [name, make] of WEBPS) {
      expect(logoType(make(1024, 1024)), name).toBe('image/webp');
      expect(() => logoType(make(1025, 10)), name).toThrow('1025 x 10 pixels');
      expect(() => logoType(make(10, 1025)), name).toThrow('10 x 1025 pixels');
    }
    for (const bytes of [png(0, 10), png(10, 1025), png(0xffffffff, 1)])
      expect(() => logoType(bytes)).toThrow('pixels');
  });

  it('is refused for every shorter beginning of itself, and for anything else', () => {
    for (const whole of [png(10, 10), ...WEBPS.map(([, make]) => make(10, 10))])
      for (let length = 0; length < whole.length; length++)
        expect(() => logoType(whole.subarray(0, length))).toThrow('neither a PNG nor a WebP');
    const others = [
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<!doctype html>',
      'GIF89a',
      '\xff\xd8\xff\xe0',
    ];
    for (const text of others)
      expect(() => logoType(new TextEncoder().encode(text.padEnd(64)))).toThrow('neither');
  });
});

describe('what begins as a picture', () => {
  const followed = (bytes: Uint8Array, text: string) =>
    new Uint8Array([...bytes, ...new TextEncoder().encode(text)]);

  it('and goes on as something else is none', () => {
    for (const bytes of [
      followed(png(10, 10).subarray(0, 33), '<script>alert(1)</script>'.padEnd(64)),
      followed(png(10, 10), '<script>'),
      ...WEBPS.map(([, make]) => followed(make(10, 10), '<script>')),
    ])
      expect(() => logoType(bytes)).toThrow('neither a PNG nor a WebP');
  });
});

describe('the logo of a shop', () => {
  it('is served as what it is, and can do nothing in a browser', async () => {
    const { id } = await makeShop([]);
    const bytes = png(16, 16);
    const answer = await put(id, bytes, 'text/html');
    const { logo } = await answer.json<{ logo: string }>();
    expect(answer.status).toBe(200);
    for (const path of [logo, `/logo/${id}`]) {
      const served = await request(path);
      expect(served.status, path).toBe(200);
      expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
      expect(served.headers.get('content-type')).toBe('image/png');
      expect(served.headers.get('x-content-type-options')).toBe('nosniff');
      expect(served.headers.get('content-security-policy')).toContain('sandbox');
    }
    expect((await request(logo)).headers.get('cache-control')).toContain('immutable');
    expect((await request(`/logo/${id}`)).headers.get('cache-control')).not.toContain('immutable');
    await put(id, png(17, 17));
    expect((await request(logo)).status).toBe(404);
    expect((await admin('DELETE', `/shops/${id}/logo`)).status).toBe(204);
    expect((await request(`/logo/${id}`)).status).toBe(404);
    expect((await admin('DELETE', `/shops/${id}/logo`)).status).toBe(404);
  });

  it('is refused when it is no picture, too large, or of a shop that is not there', async () => {
    const { id } = await makeShop([]);
    expect((await put(id, '<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'image/svg+xml')).status).toBe(
      400,
    );
    expect((await put(id, '')).status).toBe(400);
    expect((await put(id, png(2000, 10))).status).toBe(400);
    expect((await put(id, png(10, 10, 32 * 1024))).status).toBe(200);
    expect((await put(id, png(10, 10, 32 * 1024 + 1))).status).toBe(413);
    expect((await put('no-such-shop', png(10, 10))).status).toBe(404);
    expect((await request('/logo/no-such-shop')).status).toBe(404);
  });
});

describe('the branding of a shop', () => {
  it('keeps what is left out, and takes colours and short names alone', async () => {
    const { id } = await makeShop([]);
    const path = `/shops/${id}/branding`;
    const one = await admin('PUT', path, { name: 'Zoé & Söhne', color: '#14532D' });
    expect(one.body).toEqual({ name: 'Zoé & Söhne', color: '#14532d', language: null, logo: null });
    expect((await admin('PUT', path, { color: null })).body).toEqual({
      name: 'Zoé & Söhne',
      color: null,
      language: null,
      logo: null,
    });
    const cases: [unknown, string][] = [
      [{ color: 'red' }, 'color'],
      [{ color: '#14532d;background:url(x)' }, 'color'],
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(61) }, 'name'],
      [{ name: 'a\u0000b' }, 'name'],
      [{ logo: 'https://elsewhere.example/x.png' }, 'logo'],
    ];
    for (const [body, name] of cases) {
      const refused = await admin<Problem>('PUT', path, body);
      expect([refused.status, refused.body.errors?.[0]?.path], JSON.stringify(body)).toEqual([400, name]);
    }
    expect((await admin('PUT', '/shops/no-such-shop/branding', {})).status).toBe(404);
  });
});

describe('the preview of a checkout', () => {
  it('is the page of the shop in the look that is tried, with its logo in it; it loads, sends and leads nothing', async () => {
    const account = await makeAccount('paybox', { displayName: 'Cards & more' });
    const { id } = await makeShop([account], { name: 'Zoé & Söhne' });
    await put(id, png(16, 16));
    await admin('PUT', `/shops/${id}/branding`, { color: '#9a3412', language: 'fr' });
    const read = async (query: string) => {
      const path = `/v1/admin/shops/${id}/preview${query}`;
      const answer = await request(path, { headers: { authorization: 'Bearer test-admin-token' } });
      return { text: await answer.text(), status: answer.status, headers: answer.headers };
    };
    const { text, headers } = await read('');
    for (const part of [
      'lang="fr"',
      'Zoé &amp; Söhne',
      'data:image/png;base64,',
      '#9a3412',
      'Cards &amp; more',
    ])
      expect(text).toContain(part);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", 'sandbox'])
      expect(policy).toContain(part);
    expect(text).not.toMatch(/(?:src|href|action)="(?!#"|data:)/);
    const tried = (await read('?name=Another&color=%23123456&language=pl')).text;
    for (const part of ['lang="pl"', 'Another', '#123456']) expect(tried).toContain(part);
    expect((await read('?scheme=dark')).text).not.toContain('--paper:#f7f6f2');
    expect((await read('?scheme=light')).text).not.toContain('--paper:#0f1412');
    const look = await admin('GET', `/shops/${id}/branding`);
    expect(look.body).toMatchObject({ name: null, color: '#9a3412', language: 'fr' });
    for (const query of ['?color=red', '?language=xx', '?name=', '?scheme=dusk', '?logo=1'])
      expect((await read(query)).status, query).toBe(400);
  });
});
