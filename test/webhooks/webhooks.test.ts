/** Signing against the published library, the schedule of the contract, and a table of addresses. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { NameLookups } from '../../src/gateway/look-up.ts';
import { addressProblem, isPrivateIp } from '../../src/webhooks/address.ts';
import { deliverWebhook } from '../../src/webhooks/deliver.ts';
import { standardHeaders, standardMessage } from '../../src/webhooks/standard.ts';

/** What a deployment takes, and what `npm start` takes. */
const DEPLOYED = { local: false, outgoingPorts: [] };
const LAPTOP = { local: true, outgoingPorts: [] };

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('the standard dialect', () => {
  it("reproduces the specification's example", () => {
    const body = '{"test": 2432232314}';
    const headers = standardHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330_000, body, [SECRET]);
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('verifies with the published library, with either secret of a rotation', () => {
    const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
    const body = JSON.stringify({ type: 'payment.paid', data: { description: 'Zoé €' } });
    const headers = standardHeaders('msg_1', Date.now(), body, [SECRET, other]);
    for (const secret of [SECRET, other])
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'payment.paid' });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(`whsec_${btoa('someone else')}`).verify(body, headers)).toThrow();
  });

  it('takes a secret that is no base64 for its text', () => {
    const headers = standardHeaders('msg_1', 0, '{}', ['plain text!']);
    const sameKey = standardHeaders('msg_1', 0, '{}', [`whsec_${btoa('plain text!')}`]);
    expect(headers['webhook-signature']).toBe(sameKey['webhook-signature']);
  });
});

describe('addresses', () => {
  it.each([
    ['0.0.0.0', true],
    ['10.1.2.3', true],
    ['100.64.0.1', true],
    ['100.128.0.1', false],
    ['127.0.0.1', true],
    ['169.254.169.254', true],
    ['172.15.0.1', false],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['172.32.0.1', false],
    ['192.0.2.1', true],
    ['192.168.1.1', true],
    ['198.18.0.1', true],
    ['203.0.113.7', true],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
    ['8.8.8.8', false],
    ['1.1.1.1', false],
    ['::', true],
    ['::1', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['::8.8.8.8', true],
    ['64:ff9b::808:808', true],
    ['fc00::1', true],
    ['fd12:3456::1', true],
    ['fe80::1', true],
    ['ff02::1', true],
    ['2001:db8::1', true],
    ['2001:0:1::1', true],
    ['2002:a00:1::1', true],
    ['2002:808:808::1', false],
    ['2606:4700:4700::1111', false],
    ['3fff::', true],
    ['3fff:fff:ffff::1', true],
    ['3fff:1000::1', false],
    ['5f00::1', true],
    ['::ffff:7f00:1', true],
    ['example.com', null],
    ['1.2.3', null],
    ['1.2.3.256', null],
    [':::', null],
    ['1::2::3', null],
  ])('%s is private: %s', (address, expected) => {
    expect(isPrivateIp(address)).toBe(expected);
  });

  it.each([
    ['https://hooks.shop-demo.com/x', null],
    ['https://hooks.shop-demo.com:443/x?y=1', null],
    ['https://hooks.shop-demo.com./', null],
    ['https://xn--nxasmq6b.com/', null],
    ['https://a.b-c_d.co/', null],
    ['https://hooks.shop-demo.com:8443/x?y=1', 'port 443'],
    ['https://hooks.shop-demo.com:80/', 'port 443'],
    ['https://hooks.shop-demo.com:0/', 'port 443'],
    ['https://8.8.8.8/', null],
    ['https://[2606:4700:4700::1111]/', null],
    ['http://hooks.shop-demo.com/', 'must be https'],
    ['ftp://hooks.shop-demo.com/', 'must be https'],
    ['javascript:alert(1)', 'must be https'],
    ['hooks.shop-demo.com', 'is not an address'],
    ['https://', 'is not an address'],
    ['https://a:b@hooks.shop-demo.com/', 'must not carry'],
    ['https://localhost/', 'public internet'],
    ['https://LOCALHOST./', 'public internet'],
    ['https://shop.internal/', 'public internet'],
    ['https://printer.local/', 'public internet'],
    ['https://intranet/', 'public internet'],
    ['https://127.0.0.1/', 'public internet'],
    ['https://127.1/', 'public internet'],
    ['https://2130706433/', 'public internet'],
    ['https://0x7f.0.0.1/', 'public internet'],
    ['https://[::1]/', 'public internet'],
    ['https://[3fff::1]/', 'public internet'],
    ['https://localhost../', 'public internet'],
    ['https://localhost%2e%2e/', 'public internet'],
    ['https://127.0.0.1../', 'public internet'],
    ['https://10.0.0.1.../', 'public internet'],
    ['https://metadata.google.internal../', 'public internet'],
    ['https://metadata.google.internal./', 'public internet'],
    ['https://shop..com/', 'public internet'],
    ['https://-shop.com/', 'public internet'],
    ['https://hooks.test/', 'public internet'],
    ['https://hooks.localdomain/', 'public internet'],
    ['https://localhost.localdomain/', 'public internet'],
    ['https://router.home.arpa/', 'public internet'],
    ['https://1.0.0.127.in-addr.arpa/', 'public internet'],
    ['https://hooks.example/', 'public internet'],
    ['https://hooks.invalid/', 'public internet'],
    ['https://hooks.onion/', 'public internet'],
    ['https://server.corp/', 'public internet'],
    ['https://[::ffff:127.0.0.1]/', 'public internet'],
    ['https://169.254.169.254/latest/meta-data', 'public internet'],
  ])('%s: %s', (address, problem) => {
    const found = addressProblem(address, DEPLOYED);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });

  it('on a laptop may be http and loopback, and still nothing else', () => {
    expect(addressProblem('http://localhost:8787/shop/webhook', LAPTOP)).toBeNull();
    expect(addressProblem('file:///etc/passwd', LAPTOP)).toContain('http');
  });

  it('at another port than 443 are taken where the operator has listed it, and that one alone', () => {
    const rules = { local: false, outgoingPorts: [8443] };
    expect(addressProblem('https://hooks.shop-demo.com:8443/', rules)).toBeNull();
    expect(addressProblem('https://hooks.shop-demo.com:9443/', rules)).toContain('port 443');
    expect(addressProblem('https://10.0.0.1:8443/', rules)).toContain('public internet');
  });
});

describe('a look-up', () => {
  /** A name service, and how often it was asked. */
  function nameService(answers: Record<string, string[]>, ttl?: number) {
    const asked: string[] = [];
    const fetcher = (async (input) => {
      const { searchParams } = new URL(String(input));
      asked.push(`${searchParams.get('type')} ${searchParams.get('name')}`);
      const data = answers[searchParams.get('type') ?? ''] ?? [];
      return Response.json({ Status: 0, Answer: data.map((data) => ({ data, TTL: ttl })) });
    }) as typeof fetch;
    return { asked, fetcher };
  }
  const isPrivate = (host: string, answers: Record<string, string[]>) =>
    new NameLookups(() => 0).isPrivate(host, nameService(answers).fetcher);

  it('finds one private answer among others', async () => {
    expect(await isPrivate('a.com', { A: ['8.8.8.8'] })).toBe(false);
    expect(await isPrivate('a.com', { A: ['8.8.8.8', '10.0.0.1'] })).toBe(true);
    expect(await isPrivate('a.com', { A: ['8.8.8.8'], AAAA: ['fd00::1'] })).toBe(true);
    expect(await isPrivate('a.com', { A: ['8.8.8.8'], AAAA: ['3fff::1'] })).toBe(true);
    expect(await isPrivate('a.com', { A: ['cname.a.com.', '8.8.8.8'] })).toBe(false);
    expect(await isPrivate('[::1]', {})).toBe(true);
  });

  it('that fails is not taken for a public address, and is not kept', async () => {
    const names = new NameLookups(() => 0);
    const down = (async () => new Response('', { status: 503 })) as typeof fetch;
    await expect(names.isPrivate('a.com', down)).rejects.toThrow('503');
    const failing = (async () => Response.json({ Status: 2 })) as typeof fetch;
    await expect(names.isPrivate('a.com', failing)).rejects.toThrow('code 2');
    expect(await names.isPrivate('a.com', nameService({ A: ['10.0.0.1'] }, 60).fetcher)).toBe(true);
  });

  it('is asked once for its time to live, and no longer; of several records the shortest counts', async () => {
    let now = 0;
    const names = new NameLookups(() => now);
    const { asked, fetcher } = nameService({ A: ['8.8.8.8'] }, 60);
    await names.isPrivate('a.com', fetcher);
    now = 59_999;
    await names.isPrivate('a.com.', fetcher);
    expect(asked).toEqual(['A a.com', 'AAAA a.com']);
    now = 60_000;
    const moved = nameService({ A: ['10.0.0.1'] }, 60);
    expect(await names.isPrivate('a.com', moved.fetcher)).toBe(true);
    const mixed = (async (input) => {
      const isV4 = String(input).endsWith('=A');
      return Response.json({ Answer: [{ data: isV4 ? '8.8.8.8' : '2606:4700::1', TTL: isV4 ? 200 : 10 }] });
    }) as typeof fetch;
    await names.isPrivate('b.com', mixed);
    now += 10_000;
    expect(await names.isPrivate('b.com', moved.fetcher)).toBe(true);
  });

  it('is kept five minutes at most, whatever the owner of the name says, and without a time not at all', async () => {
    let now = 0;
    const names = new NameLookups(() => now);
    const { asked, fetcher } = nameService({ A: ['8.8.8.8'] }, 604_800);
    await names.isPrivate('a.com', fetcher);
    now = 299_999;
    await names.isPrivate('a.com', fetcher);
    expect(asked).toHaveLength(2);
    now = 300_000;
    await names.isPrivate('a.com', fetcher);
    expect(asked).toHaveLength(4);
    for (const ttl of [undefined, 0, -1]) {
      const short = nameService({ A: ['8.8.8.8'] }, ttl);
      await names.isPrivate(`b${ttl}.com`, short.fetcher);
      await names.isPrivate(`b${ttl}.com`, short.fetcher);
      expect(short.asked).toHaveLength(4);
    }
  });

  it('does not fill the memory with names', async () => {
    const names = new NameLookups(() => 0);
    const { asked, fetcher } = nameService({ A: ['8.8.8.8'] }, 60);
    for (let count = 0; count <= 1000; count += 1) await names.isPrivate(`host${count}.com`, fetcher);
    asked.length = 0;
    await names.isPrivate('host1000.com', fetcher);
    await names.isPrivate('host1.com', fetcher);
    expect(asked).toEqual([]);
    await names.isPrivate('host0.com', fetcher);
    expect(asked).toHaveLength(2);
  });
});

describe('delivering', () => {
  const target = { url: 'https://hooks.shop-demo.com/x' };
  const send = async (
    answer: (request: Request) => Promise<Response> | Response,
    url = target.url,
    address = '8.8.8.8',
  ) => {
    const sent: Request[] = [];
    const outcome = await deliverWebhook(standardMessage('msg_1', 0, '{}', [SECRET]), url, {
      now: () => 0,
      rules: DEPLOYED,
      isPrivate: async () => isPrivateIp(address) === true,
      fetch: (async (input, init) => {
        const request = new Request(input as RequestInfo, init);
        sent.push(request);
        return answer(request);
      }) as typeof fetch,
    });
    return { outcome, sent };
  };

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'failed'],
    [400, 'failed'],
    [404, 'failed'],
    [410, 'gone'],
    [500, 'failed'],
  ])('%d is %s', async (status, result) => {
    const { outcome, sent } = await send(() => new Response(null, { status }));
    expect(outcome).toMatchObject({ result, status });
    expect(sent[0]?.redirect).toBe('manual');
  });

  it('does not go where the name leads into a private network', async () => {
    const { outcome, sent } = await send(() => new Response(), target.url, '192.168.0.1');
    expect(outcome).toMatchObject({ result: 'failed', error: expect.stringContaining('private network') });
    expect(sent).toEqual([]);
    expect((await send(() => new Response(), 'http://plain.com')).outcome.error).toContain('https');
  });

  it('waits 15 seconds and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const waiting = send(
      (request) =>
        new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason));
        }),
    );
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await waiting).outcome).toMatchObject({
      result: 'failed',
      status: null,
      error: expect.stringContaining('15 s'),
    });
    vi.useRealTimers();
  });
});
