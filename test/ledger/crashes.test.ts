/** Evicted, crashed, overloaded: everything is delivered in the end, and nothing twice under a new webhook-id. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ledgerOf, network, objectOf, runAlarms } from '../support/harness.ts';
import { makeShopFor } from '../support/shop-only.ts';
import { create, newId, notify } from './support.ts';

let net: ReturnType<typeof network>;
let shop: string;
beforeEach(async () => {
  net = network();
  shop = await makeShopFor();
});
afterEach(() => {
  net.restore();
});

const ids = () => new Set(net.webhooks.map(({ headers }) => headers['webhook-id']));

async function projected(id: string): Promise<string | undefined> {
  const row = await env.DIRECTORY.prepare('SELECT status FROM payments WHERE id = ?')
    .bind(id)
    .first<{ status: string }>();
  return row?.status;
}

/** Lets time pass, so that what is due later is due. */
function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** Makes the nth commit of an object's next alarm fail, before or after its work was written. */
async function failCommit(id: string, nth: number, when: 'before' | 'after'): Promise<void> {
  await runInDurableObject(objectOf(id), (_object, state) => {
    const real = state.storage.transactionSync.bind(state.storage);
    let count = 0;
    vi.spyOn(state.storage, 'transactionSync').mockImplementation((work) => {
      count += 1;
      if (count !== nth) return real(work);
      if (when === 'before') throw new Error('crashed before the commit');
      real(() => {
        work();
        throw new Error('crashed inside the commit');
      });
      throw new Error('unreachable');
    });
  });
}

async function restoreCommits(id: string): Promise<void> {
  await runInDurableObject(objectOf(id), () => vi.restoreAllMocks());
  net.restore();
  const { webhooks } = net;
  net = network();
  net.webhooks.push(...webhooks);
}

describe('an object that is evicted', () => {
  it('delivers everything all the same', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await ledgerOf(id).applyUpdate(notify());
    await evictDurableObject(objectOf(id));
    await runAlarms(id);
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
    expect(await projected(id)).toBe('paid');
    await evictDurableObject(objectOf(id));
    expect(await runDurableObjectAlarm(objectOf(id))).toBe(false);
    expect(await ledgerOf(id).brokenLink()).toBeNull();
  });
});

describe('an alarm that fails', () => {
  it.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)(
    'at commit %d, %s writing: delivers in the end, under the same webhook-id',
    async (nth, when) => {
      const id = newId();
      await ledgerOf(id).create(create(id, { shop }));
      await ledgerOf(id).applyUpdate(notify());
      await failCommit(id, nth, when);
      await runDurableObjectAlarm(objectOf(id));
      await restoreCommits(id);
      await evictDurableObject(objectOf(id));
      later(60_000);
      await runAlarms(id);
      expect(ids().size).toBe(1);
      expect(await projected(id)).toBe('paid');
      const log = (await ledgerOf(id).events())?.events ?? [];
      expect(log.filter(({ type }) => type === 'webhook.delivered')).toHaveLength(1);
      expect(await ledgerOf(id).brokenLink()).toBeNull();
      expect(await runDurableObjectAlarm(objectOf(id))).toBe(false);
    },
  );

  it('because the directory is down, keeps the copy due until it is up', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    const prepare = vi.spyOn(env.DIRECTORY, 'prepare').mockImplementation(() => {
      throw new Error('D1 is down');
    });
    await runDurableObjectAlarm(objectOf(id));
    expect(await ledgerOf(id).read()).not.toBeNull();
    prepare.mockRestore();
    later(5000);
    await runAlarms(id);
    expect(await projected(id)).toBe('created');
  });
});

describe('a shop that does not answer', () => {
  it('gets the message again after growing pauses, always the same one, until it is abandoned', async () => {
    net.restore();
    net = network(() => new Response('sorry', { status: 503 }));
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await ledgerOf(id).applyUpdate(notify());
    for (let count = 0; count < 12; count++) {
      await runAlarms(id);
      // Not longer than the schedule says: after five days the endpoint would be switched off.
      const [next] = (await ledgerOf(id).events())?.pending ?? [];
      later(next ? Date.parse(next.nextTryAt) - Date.now() : 0);
    }
    expect(net.webhooks).toHaveLength(10);
    expect(ids().size).toBe(1);
    const log = (await ledgerOf(id).events())?.events ?? [];
    expect(log.filter(({ type }) => type === 'webhook.failed')).toHaveLength(9);
    expect(log.at(-1)).toMatchObject({ type: 'webhook.abandoned', detail: { try: 10, status: 503 } });
    const { deliveries } = (await ledgerOf(id).deliveries()) ?? { deliveries: [] };
    expect(deliveries).toHaveLength(10);
    expect(deliveries.at(-1)).toMatchObject({ result: 'abandoned', status: 503 });
  });

  it('is left alone at once when it answers 410', async () => {
    net.restore();
    net = network(() => new Response(null, { status: 410 }));
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    later(3600 * 1000);
    await runAlarms(id);
    expect(net.webhooks).toHaveLength(1);
    expect((await ledgerOf(id).events())?.events.at(-1)?.type).toBe('webhook.abandoned');
  });

  it('can have the newest message again, under its own id', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    expect(await ledgerOf(id).resend(false)).toBe(false);
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    expect(await ledgerOf(id).resend(false)).toBe(true);
    await runAlarms(id);
    expect(net.webhooks).toHaveLength(2);
    expect(ids().size).toBe(1);
    expect(new Set(net.webhooks.map(({ raw }) => raw)).size).toBe(1);
  });
});

describe('a shop that is slow to answer', () => {
  it('keeps nobody from finding the payment', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await runAlarms(id);
    net.restore();
    net = network(async () => {
      await eventually(async () => expect(await projected(id)).toBe('paid'));
      return new Response();
    });
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    const { deliveries = [] } = (await ledgerOf(id).deliveries()) ?? {};
    expect(deliveries.map(({ result }) => result)).toEqual(['delivered']);
  });

  it('and a directory that is down keeps no shop from its message', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await runAlarms(id);
    await ledgerOf(id).applyUpdate(notify());
    const batch = vi.spyOn(env.DIRECTORY, 'batch').mockRejectedValue(new Error('D1 is down'));
    await runDurableObjectAlarm(objectOf(id));
    batch.mockRestore();
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
    expect(await projected(id)).toBe('created');
    later(5000);
    await runAlarms(id);
    expect(await projected(id)).toBe('paid');
    expect(net.webhooks).toHaveLength(1);
  });
});

describe('an update during a delivery', () => {
  it('is delivered too, as a message of its own', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    net.restore();
    net = network(async () => {
      if (net.webhooks.length === 1)
        await ledgerOf(id).applyUpdate(notify({ key: 'R', movement: 'R', outcome: 'refunded' }));
      return new Response();
    });
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid', 'payment.refunded']);
    expect(await projected(id)).toBe('refunded');
  });
});

describe('a message that its shop asks for again while it is being sent', () => {
  it('is sent again: the end of the first sending does not end what was queued anew under the same id', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    net.restore();
    net = network(async () => {
      if (net.webhooks.length === 1) {
        later(10);
        expect(await ledgerOf(id).resend(false)).toBe(true);
      }
      return new Response();
    });
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    expect(net.webhooks).toHaveLength(2);
    expect(ids().size).toBe(1);
    await runAlarms(id);
    expect(net.webhooks).toHaveLength(2);
  });
});

describe('a change during an alarm whose webhook fails', () => {
  it('does not wait for the next try of that webhook', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    net.restore();
    net = network(async () => {
      if (net.webhooks.length === 1) {
        await ledgerOf(id).applyUpdate(notify({ key: 'R', movement: 'R', outcome: 'refunded' }));
      }
      return new Response(null, { status: 503 });
    });
    await ledgerOf(id).applyUpdate(notify());
    await runAlarms(id);
    expect(await projected(id)).toBe('refunded');
    expect(net.webhooks).toHaveLength(2);
  });
});

describe('a commit that fails', () => {
  it('leaves nothing behind: the same notification counts as new when it comes again', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await runAlarms(id);
    for (const when of ['before', 'after'] as const) {
      await failCommit(id, 1, when);
      await runInDurableObject(objectOf(id), (ledger) => {
        expect(() => ledger.applyUpdate(notify())).toThrow('crashed');
      });
      await restoreCommits(id);
      expect((await ledgerOf(id).read())?.view.status).toBe('created');
      expect((await ledgerOf(id).events())?.pending).toEqual([]);
    }
    expect(await ledgerOf(id).applyUpdate(notify())).toMatchObject({ kind: 'answer', repeat: false });
    await runAlarms(id);
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
  });
});

describe('an object that holds nothing', () => {
  it('is not made by looking at it', async () => {
    const id = newId();
    expect(await ledgerOf(id).read()).toBeNull();
    expect(await ledgerOf(id).events()).toBeNull();
    expect(await ledgerOf(id).applyUpdate(notify())).toEqual({ kind: 'unknown' });
    expect(await ledgerOf(id).reproject()).toBe(false);
    await runInDurableObject(objectOf(id), (_object, state) => {
      expect(state.storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([]);
    });
  });
});
