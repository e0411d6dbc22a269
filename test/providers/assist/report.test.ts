/** The report of ASSIST: on a schedule, row by row, at most once in ten minutes whatever happens. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchReports } from '../../../src/gateway/reports.ts';
import { type Env, serviceOf } from '../../../src/worker.ts';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  deliver,
  network as fakeNetwork,
  journey,
  memory,
} from '../../support/harness.ts';

const MINUTES = 60_000;
const HEADER = 'Order Number;Comment;Order Total;Currency Code;Payment No.;Order State;Paket date';

let net: ReturnType<typeof fakeNetwork>;
let clock = Date.parse('2026-11-21T10:00:00Z');
let shops = 200_000;
beforeEach(async () => {
  // A cron serves every account: those of other tests have to go.
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
const requested = () => net.calls.filter((url) => url === `${BANK_API}/results/results.cfm`).length;

/** Runs the cron after some minutes. */
async function cronAfter(minutes: number): Promise<void> {
  clock += minutes * MINUTES;
  vi.setSystemTime(clock);
  await cron();
}

/** Sets what the next request for a report gets. */
function report(body: BodyInit | (() => Promise<Response>), init: ResponseInit = {}): void {
  answerNextCall(typeof body === 'function' ? body : async () => new Response(body, init));
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
type Attempt = Awaited<ReturnType<typeof begin>>;

const row = (attempt: Attempt, changes: Record<string, string> = {}) => {
  const cells = {
    number: attempt.order.order,
    comment: 'Заказ',
    total: '19.99',
    currency: attempt.order.currency,
    bill: '5123456789012345',
    state: 'Authorized',
    date: '21.11.2026 10:00:00',
    ...changes,
  };
  return Object.values(cells).join(';');
};

async function statusAndPaid({ shop, payment }: Attempt) {
  const { status, amounts } = await shop.payment(payment.id);
  return [status, amounts.paid];
}

const reportOutcome = async ({ account }: Attempt) => {
  const found = await (env as unknown as Env).DIRECTORY.prepare('SELECT * FROM reports WHERE account = ?')
    .bind(account)
    .first<{ mark: string | null; outcome: string }>();
  return {
    mark: found?.mark,
    ...(JSON.parse(found?.outcome ?? '{}') as { error?: string; problems?: string[] }),
  };
};

describe('the report of ASSIST', () => {
  it('never leaves a payment open whose push was lost, and does not count a late push twice', async () => {
    const attempt = await begin();
    await bankOf('assist').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    await cron();
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
    const [event] = (await attempt.shop.events(attempt.payment.id)).filter(
      ({ type }) => type === 'notification.applied',
    );
    expect(event?.detail).toMatchObject({ from: 'created', to: 'paid', channel: 'status' });
    // The late push is about the same bill. Its reply has to repeat the date as ASSIST writes it.
    const late = await deliver(bankOf('assist').notification(attempt.order, attempt.merchant, 'pay', 'none'));
    expect([late.status, await late.text()]).toEqual([
      200,
      expect.stringContaining('<packetdate>21.11.2026 10:00:05</packetdate>'),
    ]);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('is never requested twice in ten minutes, however many crons run', async () => {
    await begin();
    await Promise.all([cron(), cron(), cron()]);
    expect(requested()).toBe(1);
    await cronAfter(9);
    expect(requested()).toBe(1);
    await cronAfter(1);
    expect(requested()).toBe(2);
  });

  it('is never requested without a login, or in the current protocol', async () => {
    await journey('assist', { settings: { mode: 'legacy', sendresult_secret: 'x', login: undefined } });
    await journey('assist');
    await cron();
    expect(requested()).toBe(0);
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
  ])('is never misread in %s', async (_name, encode) => {
    const attempt = await begin();
    report(encode(`${HEADER}\r\n${row(attempt)}`));
    await cron();
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('never stops at a row that cannot be read, and says which ones', async () => {
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
    expect(await statusAndPaid(one)).toEqual(['paid', 1999]);
    expect((await reportOutcome(one)).problems).toEqual([
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
  ])('never changes anything when it is %s; the next one catches up', async (_name, body, init) => {
    const attempt = await begin();
    report(body, init);
    await cron();
    expect(await statusAndPaid(attempt)).toEqual([expect.any(String), 0]);
    expect((await reportOutcome(attempt)).error).toEqual(expect.stringContaining('ASSIST'));
    report(`${HEADER}\n${row(attempt)}`);
    await cronAfter(10);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('never skips rows after a day without ASSIST', async () => {
    const attempt = await begin();
    report(`${HEADER}\n${row(attempt, { state: 'Not authorized', bill: '1', date: '20.11.2026 10:00:00' })}`);
    await cron();
    expect(await reportOutcome(attempt)).toMatchObject({ mark: '2026-11-20 10:00:00', error: null });
    for (let tries = 0; tries < 3; tries++) {
      report(async () => Promise.reject(new Error('connection refused')));
      await cronAfter(8 * 60);
      expect(await reportOutcome(attempt)).toMatchObject({
        mark: '2026-11-20 10:00:00',
        error: expect.any(String),
      });
    }
    report(
      `${HEADER}\n${row(attempt, { state: 'Not authorized', bill: '1', date: '20.11.2026 10:00:00' })}\n${row(attempt)}`,
    );
    await cronAfter(10);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('never counts as read when it breaks off, and keeps what was read', async () => {
    const attempt = await begin();
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(
            new TextEncoder().encode(`${HEADER}\n${row(attempt, { state: 'in process' })}\n`),
          );
        },
        pull(controller) {
          controller.error(new Error('connection reset'));
        },
      });
    report(async () => new Response(broken()));
    await cron();
    expect(await reportOutcome(attempt)).toMatchObject({ mark: null, error: expect.any(String) });
    report(`${HEADER}\n${row(attempt)}`);
    await cronAfter(10);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
  });

  it('is never held in memory as a whole, with 50,000 rows', async () => {
    const attempt = await begin();
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
        const tail = sent >= 50_000 ? `\n${row(attempt)}` : '\n';
        controller.enqueue(new TextEncoder().encode(head + foreign + tail));
        if (sent >= 50_000) controller.close();
      },
    });
    report(async () => new Response(stream));
    await cron();
    expect(sent).toBe(50_000);
    expect(await statusAndPaid(attempt)).toEqual(['paid', 1999]);
    expect(await reportOutcome(attempt)).toMatchObject({ rows: 50_001, applied: 1, error: null });
  });
});
