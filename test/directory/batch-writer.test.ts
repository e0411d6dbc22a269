import { describe, expect, it } from 'vitest';
import { BatchWriter } from '../../src/directory/batch-writer.ts';
import { Problem } from '../../src/payments/errors.ts';

/** Timers that go off when the test says so. */
function writerWithClock() {
  const sleepers: (() => void)[] = [];
  const writer = new BatchWriter<string>(() => new Promise((done) => sleepers.push(done)));
  const tick = async () => {
    for (const wake of sleepers.splice(0)) wake();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { writer, tick };
}

describe('writes of one moment', () => {
  it('are written together, once each', async () => {
    const { writer, tick } = writerWithClock();
    const batches: string[][] = [];
    const write = async (items: readonly string[]) => {
      batches.push([...items]);
    };
    const all = ['a', 'b', 'c'].map((item) => writer.add(item, write));
    for (let turn = 0; turn < 3; turn += 1) await tick();
    await Promise.all(all);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('are written in parts when there are many', async () => {
    const { writer, tick } = writerWithClock();
    const sizes: number[] = [];
    const all = Array.from({ length: 120 }, (_, index) =>
      writer.add(String(index), async (items) => {
        sizes.push(items.length);
      }),
    );
    for (let turn = 0; turn < 5; turn += 1) await tick();
    await Promise.all(all);
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('do not suffer from a neighbour that cannot be written', async () => {
    const { writer, tick } = writerWithClock();
    const written: string[] = [];
    const write = async (items: readonly string[]) => {
      if (items.includes('poison')) throw new Error('no');
      written.push(...items);
    };
    const results = Promise.allSettled(['a', 'poison', 'c'].map((item) => writer.add(item, write)));
    for (let turn = 0; turn < 4; turn += 1) await tick();
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(written).toEqual(['a', 'c']);
  });

  it('are not tried one by one when the database is down, nor are the parts after the first', async () => {
    const { writer, tick } = writerWithClock();
    let tries = 0;
    const write = async () => {
      tries += 1;
      throw new Problem('unavailable', 'the directory does not answer');
    };
    const results = Promise.allSettled(
      Array.from({ length: 120 }, (_, index) => writer.add(String(index), write)),
    );
    for (let turn = 0; turn < 5; turn += 1) await tick();
    const codes = (await results).map((result) => result.status === 'rejected' && result.reason.code);
    expect(new Set(codes)).toEqual(new Set(['unavailable']));
    expect(tries).toBe(1);
  });

  it('go alone when the one that took them is gone', async () => {
    const { writer, tick } = writerWithClock();
    const written: string[] = [];
    const lost = writer.add('a', () => new Promise(() => {}));
    const alone = writer.add('b', async (items) => {
      written.push(...items);
    });
    for (let turn = 0; turn < 260; turn += 1) await tick();
    await alone;
    expect(written).toEqual(['b']);
    expect(await Promise.race([lost, 'still waiting'])).toBe('still waiting');
  });
});
