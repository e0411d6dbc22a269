/** Webhooks as the service signs them, checked by the client: what is genuine is taken, and nothing else. */
import { Webhook as Library } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { CountersignError, verifyWebhook, type WebhookMessage } from '../../src/client/index.ts';
import { signIpn, signWebhook, testPayment } from '../../src/client/testing.ts';
import { polybankingMessage } from '../../src/webhooks/polybanking.ts';
import { standardHeaders } from '../../src/webhooks/standard.ts';

const SECRET = `whsec_${btoa('a secret of twenty-four by')}`;
const OTHER = `whsec_${btoa('another secret of 24 bytes')}`;
const NOW = Date.parse('2026-11-26T12:00:00Z');
const now = () => NOW;

const BODY = JSON.stringify({
  type: 'payment.paid',
  timestamp: '2026-11-26T12:00:00.000Z',
  data: testPayment({ description: 'Zoë · 2 €' }),
});

const message = (changes: Record<string, string> = {}, rawBody: string = BODY, secrets = [SECRET]) => ({
  headers: { ...standardHeaders('msg_1', NOW, BODY, secrets), ...changes },
  rawBody,
});

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    (value) => new Error(`was taken: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CountersignError)) throw error;
  return error.code;
};

describe('a webhook by Standard Webhooks', () => {
  it('is taken as the service sends it, in every form in which servers have it', async () => {
    const { headers, rawBody } = message();
    const bytes = new TextEncoder().encode(rawBody);
    const forms: WebhookMessage[] = [
      { headers, rawBody },
      { headers: new Headers(headers), rawBody: bytes },
      { headers, rawBody: bytes.buffer as ArrayBuffer },
      { headers: { ...headers, 'webhook-id': ['msg_1'] }, rawBody },
      {
        headers: Object.fromEntries(Object.entries(headers).map(([n, value]) => [n.toUpperCase(), value])),
        rawBody,
      },
      new Request('https://shop.example/hook', { method: 'POST', headers, body: rawBody }),
    ];
    for (const form of forms) {
      const event = await verifyWebhook(form, SECRET, { now });
      expect(event).toMatchObject({ dialect: 'standard', id: 'msg_1', type: 'payment.paid' });
      expect(event.data).toEqual(JSON.parse(BODY).data);
    }
  });

  it('is none of PolyBanking by its content type alone', async () => {
    const { headers, rawBody } = message();
    const asForm = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await verifyWebhook({ headers: asForm, rawBody }, SECRET, { now })).dialect).toBe('standard');
  });

  it('is taken by the old secret and the new one while it is rotated, on either side', async () => {
    const both = message({}, BODY, [OTHER, SECRET]);
    expect((await verifyWebhook(both, SECRET, { now })).type).toBe('payment.paid');
    expect((await verifyWebhook(message(), [OTHER, SECRET], { now })).type).toBe('payment.paid');
    // The variable of the older one is not set any more.
    expect((await verifyWebhook(message(), [SECRET, undefined], { now })).type).toBe('payment.paid');
  });

  it('is taken by a secret that was taken over and is no base64', async () => {
    const headers = standardHeaders('msg_1', NOW, BODY, ['the secret of an old shop']);
    const event = await verifyWebhook({ headers, rawBody: BODY }, 'the secret of an old shop', { now });
    expect(event.id).toBe('msg_1');
  });

  it.each([
    ['another secret', message(), OTHER, 'signature_mismatch'],
    ['a changed body', message({}, BODY.replace('1999', '1998')), SECRET, 'signature_mismatch'],
    [
      'JSON written again',
      message({}, JSON.stringify(JSON.parse(BODY), null, 1)),
      SECRET,
      'signature_mismatch',
    ],
    ['another id', message({ 'webhook-id': 'msg_2' }), SECRET, 'signature_mismatch'],
    ['another time', message({ 'webhook-timestamp': String(NOW / 1000 + 1) }), SECRET, 'signature_mismatch'],
    ['no signature of version 1', message({ 'webhook-signature': 'v1a,AAAA' }), SECRET, 'signature_mismatch'],
    ['an empty signature', message({ 'webhook-signature': 'v1,' }), SECRET, 'signature_mismatch'],
    ['no signature', message({ 'webhook-signature': '' }), SECRET, 'signature_missing'],
    ['no id', message({ 'webhook-id': '' }), SECRET, 'signature_missing'],
  ])('is refused with %s', async (_, given, secret, code) => {
    expect(await codeOf(verifyWebhook(given, secret, { now }))).toBe(code);
  });

  it('is refused when any byte of it is another', async () => {
    const bytes = new TextEncoder().encode(BODY);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const given = { headers: message().headers, rawBody: changed };
      expect(await codeOf(verifyWebhook(given, SECRET, { now }))).toBe('signature_mismatch');
    }
  });

  it('is refused when it was sent too long ago, or is from the future', async () => {
    for (const seconds of [301, -301]) {
      const at = () => NOW + seconds * 1000;
      expect(await codeOf(verifyWebhook(message(), SECRET, { now: at }))).toBe('signature_expired');
      const wide = { now: at, toleranceSeconds: 400 };
      expect((await verifyWebhook(message(), SECRET, wide)).id).toBe('msg_1');
    }
  });

  it('is refused when it is signed and is no webhook of ours', async () => {
    for (const body of ['[]', 'null', '{"type":"x"}', 'text']) {
      const given = { headers: standardHeaders('msg_1', NOW, body, [SECRET]), rawBody: body };
      expect(await codeOf(verifyWebhook(given, SECRET, { now }))).toBe('malformed');
    }
  });
});

describe('a body that a framework has parsed', () => {
  it('is said to be that, and how to get the other', async () => {
    const { headers } = message();
    const request = new Request('https://shop.example/', { method: 'POST', headers, body: BODY });
    await request.json();
    const parsed = [
      { headers, rawBody: JSON.parse(BODY) },
      { headers, body: JSON.parse(BODY) },
      { headers },
      request,
    ] as unknown as WebhookMessage[];
    for (const given of parsed) {
      expect(await codeOf(verifyWebhook(given, SECRET, { now }))).toBe('body_parsed');
      await expect(verifyWebhook(given, SECRET, { now })).rejects.toThrow('express.raw');
    }
  });
});

describe('a message that is none', () => {
  it.each([undefined, null, 'text', { headers: null }, { headers: { 'webhook-id': 7 }, rawBody: '' }])(
    'ends with the one kind of error: %j',
    async (given) => {
      expect(await codeOf(verifyWebhook(given as never, SECRET))).toMatch(
        /^(?:invalid_option|signature_missing)$/,
      );
      expect(await codeOf(verifyWebhook(given as never, SECRET, null as never))).toBe('invalid_option');
    },
  );

  it('whose body breaks off is no other kind of error either', async () => {
    const broken = {
      headers: new Headers(),
      bodyUsed: false,
      arrayBuffer: () => Promise.reject(new TypeError('the connection was lost')),
    };
    expect(await codeOf(verifyWebhook(broken, SECRET))).toBe('malformed');
  });
});

describe('a secret that is missing', () => {
  it.each(['', 'whsec_', [], [''], [undefined], [SECRET, ''], [null, undefined], undefined, null])(
    'lets nothing through: %j',
    async (secret) => {
      expect(await codeOf(verifyWebhook(message(), secret as string, { now }))).toBe('invalid_option');
    },
  );
});

describe('an IPN of PolyBanking', () => {
  const KEY = 'ipn-key-of-the-shop';
  const ipn = (test = true) => {
    const queued = {
      type: 'payment.paid',
      timestamp: '2026-11-26T11:59:58.123Z',
      data: testPayment({ test, reference: 'a;b=c é' }),
    };
    const sent = polybankingMessage('shop-1', JSON.stringify(queued), KEY);
    if (!sent) throw new Error('no IPN');
    return { headers: sent.headers as Record<string, string>, rawBody: sent.body };
  };

  it('is taken as the service sends it', async () => {
    for (const test of [true, false]) {
      // Whichever of the two is the newer one.
      expect((await verifyWebhook(ipn(test), [KEY, OTHER])).type).toBe('ipn');
      expect(await verifyWebhook(ipn(test), [OTHER, KEY])).toEqual({
        dialect: 'polybanking',
        id: null,
        type: 'ipn',
        timestamp: '2026-11-26T11:59:58.000Z',
        data: {
          config: 'shop-1',
          reference: 'a;b=c é',
          postfinance_status: '9',
          postfinance_status_good: true,
          last_update: '2026-11-26 11:59:58+00:00',
          test,
        },
      });
    }
  });

  it('is refused with a change, another key, a field more, or a field twice', async () => {
    const { headers, rawBody } = ipn();
    const refused = (body: string, key = KEY) => codeOf(verifyWebhook({ headers, rawBody: body }, key));
    expect(await refused(rawBody.replace('status=9', 'status=5'))).toBe('signature_mismatch');
    expect(await refused(rawBody, OTHER)).toBe('signature_mismatch');
    expect(await refused(`${rawBody}&more=1`)).toBe('signature_mismatch');
    expect(await refused(`${rawBody}&config=shop-1`)).toBe('malformed');
    expect(await refused(rawBody.replace(/&sign=\w+/, ''))).toBe('signature_missing');
  });

  it('is not taken where only the other dialect is', async () => {
    expect(await codeOf(verifyWebhook(ipn(), KEY, { dialect: 'standard' }))).toBe('malformed');
    expect(await codeOf(verifyWebhook(message(), SECRET, { now, dialect: 'polybanking' }))).toBe('malformed');
    const { data } = await verifyWebhook(ipn(), KEY, { dialect: 'polybanking' });
    expect(data.postfinance_status_good).toBe(true);
  });
});

describe('countersign/testing', () => {
  it('signs webhooks that every library of Standard Webhooks takes', async () => {
    const { headers, body } = await signWebhook({ data: testPayment({ status: 'refunded' }) }, [
      OTHER,
      SECRET,
    ]);
    expect(new Library(SECRET).verify(body, { ...headers })).toMatchObject({ type: 'payment.refunded' });
    expect((await verifyWebhook({ headers, rawBody: body }, SECRET)).type).toBe('payment.refunded');
    expect((await signWebhook({}, SECRET)).headers['webhook-id']).not.toBe(headers['webhook-id']);
  });

  it('signs as the service does', async () => {
    const made = await signWebhook(BODY, [OTHER, SECRET], { id: 'msg_1', sentAt: NOW });
    expect(made).toEqual({ headers: standardHeaders('msg_1', NOW, BODY, [OTHER, SECRET]), body: BODY });
  });

  it('signs IPNs', async () => {
    const data = {
      config: 'shop-1',
      reference: 'é;=',
      postfinance_status: '9',
      postfinance_status_good: true,
      last_update: '2026-11-26 11:59:58+00:00',
      test: true,
    };
    const { headers, body } = await signIpn(data, 'key');
    expect((await verifyWebhook({ headers, rawBody: body }, 'key')).data).toEqual(data);
  });
});
