/** What the tests of the books share: payments whose money moves at given times, and exports. */
import { vi } from 'vitest';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { Minor } from '../../src/payments/money.ts';
import { create, newId, notify } from '../ledger/support.ts';
import { admin, ledgerOf, request, runAlarms, unique } from '../support/harness.ts';

/** One line of the books. */
export type Line = Readonly<Record<string, unknown>>;

/** One page of them. */
export interface Page {
  readonly data: readonly Line[];
  readonly nextCursor: string | null;
}

/** All times are to come: an alarm that is set for one does not go off by itself. */
const at = (time: string) => vi.setSystemTime(new Date(time));

/** Minor units. */
export const money = (amount: number) => amount as Minor;

interface Step extends Partial<ApplyUpdateCommand> {
  readonly at: string;
}

/** A payment whose updates come at given times, pushed after each. */
export async function payment(
  shop: string,
  created: string,
  steps: readonly Step[] = [],
  { amount = 1000, currency = 'EUR', reference = `order-${unique()}`, test = true } = {},
) {
  at(created);
  const id = newId();
  const { request: asked, attempt } = create(id);
  await ledgerOf(id).create(
    create(id, {
      shop,
      request: { ...asked, reference, amount: money(amount), currency },
      attempt: { ...attempt, amount: money(amount), test },
    }),
  );
  await runAlarms(id);
  for (const [index, { at: time, ...update }] of steps.entries()) {
    at(time);
    const key = `T${index}`;
    await ledgerOf(id).applyUpdate(
      notify({ key, movement: key, amount: money(amount), currency, ...update }),
    );
    await runAlarms(id);
  }
  return id;
}

/** A page of the books, as JSON. */
export const exported = async (query: string) => {
  const answer = await admin<Page>('GET', `/export?${query}`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

/** A page of the books, as a file. */
export async function file(query: string, token = 'test-admin-token') {
  const response = await request(`/v1/admin/export?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return {
    response,
    text: new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(await response.arrayBuffer()),
  };
}

/** The payments of a page, line by line. */
export const idsIn = ({ data }: Page) => data.map(({ id }) => id);
