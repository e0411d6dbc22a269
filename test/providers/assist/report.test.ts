/** The report of ASSIST: on a schedule, row by row, at most once in ten minutes whatever happens. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchReports } from '../../../src/gateway/reports.ts';
import { type Env, serviceOf } from '../../../src/worker.ts';
import { BANK_API, bankOf, deliver, network as fakeNetwork, journey, memory } from '../../support/harness.ts';

const MINUTES = 60_000;
const HEADER = 'Order Number;Comment;Order Total;Currency Code;Payment No.;Order State;Paket date';

let net: ReturnType<typeof fakeNetwork>;
let clock = Date.parse('2026-11-21T10:00:00Z');
let shops = 200_000;
beforeEach(async () => {
  // A cron serves every account there is: those of other tests are over.
  await (env as unknown as Env).DIRECTORY.exec('DELETE FROM accounts');
  net = fakeNetwork();
  clock += 1440 * MINUTES;
  vi.useFakeTimers({ toFake: ['Date'], now: clock });
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

const cron = () => fetchReports(serviceOf(env as unknown as Env));
const asked = () => net.calls.filter((url) => url === `${BANK_API}/results/results.cfm`).length;

/** Time passes; the cron comes. */
async function cronAfter(minutes: number): Promise<void> {
  clock += minutes * MINUTES;
  vi.setSystemTime(clock);
  await cron();
}

/** The next report is this one. */
function report(body: BodyInit | (() => Promise<Response>), init: ResponseInit = {}): void {
  vi.mocked(globalThis.fetch).mockImplementationOnce(
    typeof body === 'function' ? body : async () => new Response(body, init),
  );
}

const begin = () =>
  journey('assist', {
    settings: {
      mode: 'legacy',
      sendresult_secret: 'Sendresult-Secret-1',
      merchant_id: String(shops++),
      login: 'demo-shop',
      password: 'demo-password',
    },
  });
type Trip = Awaited<ReturnType<typeof begin>>;

const row = (trip: Trip, changes: Record<string, string> = {}) => {
  const cells = {
    number: trip.order.order,
    comment: 'Заказ',
    total: '19.99',
    currency: trip.order.currency,
    bill: '5123456789012345',
    state: 'Authorized',
    date: '21.11.2026 10:00:00',
    ...changes,
  };
  return Object.values(cells).join(';');
};

async function held({ shop, payment }: Trip) {
  const { status, amounts } = await shop.payment(payment.id);
  return [status, amounts.paid];
}

const outcomeOf = async ({ account }: Trip) => {
  const found = await (env as unknown as Env).DIRECTORY.prepare('SELECT * FROM reports WHERE account = ?')
    .bind(account)
    .first<{ mark: string | null; outcome: string }>();
  return {
    mark: found?.mark,
    ...(JSON.parse(found?.outcome ?? '{}') as { error?: string; problems?: string[] }),
  };
};

describe('the report of ASSIST', () => {
  it('brings what no push has told, and says what changed', async () => {
    const trip = await begin();
    await bankOf('assist').decide?.(trip.order, trip.merchant, 'pay', memory);
    await cron();
    expect(await held(trip)).toEqual(['paid', 1999]);
    const [event] = (await trip.shop.events(trip.payment.id)).filter(
      ({ type }) => type === 'notification.applied',
    );
    expect(event?.detail).toMatchObject({ from: 'created', to: 'paid', channel: 'status' });
    // The push comes after all: the same bill, acknowledged in ASSIST's own writing.
    const late = await deliver(bankOf('assist').notification(trip.order, trip.merchant, 'pay', 'none'));
    expect([late.status, await late.text()]).toEqual([
      200,
      expect.stringContaining('<packetdate>21.11.2026 10:00:05</packetdate>'),
    ]);
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('is asked for once in ten minutes, however many crons there are', async () => {
    await begin();
    await Promise.all([cron(), cron(), cron()]);
    expect(asked()).toBe(1);
    await cronAfter(9);
    expect(asked()).toBe(1);
    await cronAfter(1);
    expect(asked()).toBe(2);
  });

  it('is not asked for where there is no login, or another protocol', async () => {
    await journey('assist', { settings: { mode: 'legacy', sendresult_secret: 'x', login: undefined } });
    await journey('assist');
    await cron();
    expect(asked()).toBe(0);
  });

  it.each([
    ['UTF-8', (text: string) => new TextEncoder().encode(`\uFEFF${text}`)],
    [
      'windows-1251',
      (text: string) =>
        Uint8Array.from(text, (character) => {
          const code = character.charCodeAt(0);
          return code < 128 ? code : code - 0x410 + 0xc0;
        }),
    ],
  ])('is read in %s', async (_name, encode) => {
    const trip = await begin();
    report(encode(`${HEADER}\r\n${row(trip)}`));
    await cron();
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('says which rows it could not read, and reads the others', async () => {
    const one = await begin();
    const lines = [
      HEADER,
      row(one, { state: 'Abracadabra' }),
      row(one, { total: 'much' }),
      row(one, { bill: '' }),
      row(one, { currency: 'UNKNOWN' }),
      'an order of other software;x;1.00;RUB;1;Authorized;21.11.2026 10:00:00',
      '',
      row(one, { date: '31.02.2026 25:00:00', state: 'Authorized' }),
    ];
    report(lines.join('\n'));
    await cron();
    expect(await held(one)).toEqual(['paid', 1999]);
    expect((await outcomeOf(one)).problems).toEqual([
      expect.stringContaining('Status is "Abracadabra"'),
      expect.stringContaining('Total is "much"'),
      expect.stringContaining('BillNumber is ""'),
      expect.stringContaining('Currency is ""'),
    ]);
  });

  it.each([
    ['an error text', 'ERROR:Неверный логин или пароль', {}],
    ['a page of a proxy', '<html>\n<body>maintenance</body></html>', {}],
    ['nothing at all', '', {}],
    ['missing columns', 'Order Number;Payment No.\n1;2', {}],
    ['a server error', 'oops', { status: 500 }],
  ])('that is %s changes nothing and names it; the next one catches up', async (_name, body, init) => {
    const trip = await begin();
    report(body, init);
    await cron();
    expect(await held(trip)).toEqual([expect.any(String), 0]);
    expect((await outcomeOf(trip)).error).toEqual(expect.stringContaining('ASSIST'));
    report(`${HEADER}\n${row(trip)}`);
    await cronAfter(10);
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('catches up after a day without ASSIST', async () => {
    const trip = await begin();
    report(`${HEADER}\n${row(trip, { state: 'Not authorized', bill: '1', date: '20.11.2026 10:00:00' })}`);
    await cron();
    expect(await outcomeOf(trip)).toMatchObject({ mark: '2026-11-20 10:00:00', error: null });
    for (let tries = 0; tries < 3; tries++) {
      report(async () => Promise.reject(new Error('connection refused')));
      await cronAfter(8 * 60);
      expect(await outcomeOf(trip)).toMatchObject({ mark: '2026-11-20 10:00:00', error: expect.any(String) });
    }
    report(
      `${HEADER}\n${row(trip, { state: 'Not authorized', bill: '1', date: '20.11.2026 10:00:00' })}\n${row(trip)}`,
    );
    await cronAfter(10);
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('that breaks off keeps what was read, and is read again', async () => {
    const trip = await begin();
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`${HEADER}\n${row(trip, { state: 'in process' })}\n`));
        },
        pull(controller) {
          controller.error(new Error('connection reset'));
        },
      });
    report(async () => new Response(broken()));
    await cron();
    expect(await outcomeOf(trip)).toMatchObject({ mark: null, error: expect.any(String) });
    report(`${HEADER}\n${row(trip)}`);
    await cronAfter(10);
    expect(await held(trip)).toEqual(['paid', 1999]);
  });

  it('of 50,000 rows is read as it arrives', async () => {
    const trip = await begin();
    let sent = 0;
    let ahead = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1000;
        ahead = Math.max(ahead, controller.desiredSize ?? 0);
        const foreign = Array.from(
          { length: 1000 },
          (_, index) => `order-${sent + index};x;1.00;RUB;${sent + index};Authorized;21.11.2026 10:00:00`,
        ).join('\n');
        const head = sent === 1000 ? `${HEADER}\n` : '';
        const tail = sent >= 50_000 ? `\n${row(trip)}` : '\n';
        controller.enqueue(new TextEncoder().encode(head + foreign + tail));
        if (sent >= 50_000) controller.close();
      },
    });
    report(async () => new Response(stream));
    await cron();
    expect(sent).toBe(50_000);
    expect(await held(trip)).toEqual(['paid', 1999]);
    expect(await outcomeOf(trip)).toMatchObject({ rows: 50_001, applied: 1, error: null });
  });
});
