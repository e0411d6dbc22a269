/** The payment method configurations of a simulated space. */
import type { ApiCall } from '../kit/bank.ts';

/** One that is switched off, and one that is not in the order of its number. */
const CONFIGURATIONS = [
  {
    id: 8101,
    name: 'Cards',
    title: 'Credit / Debit Card',
    method: 1457546097597,
    state: 'ACTIVE',
    sortOrder: 2,
  },
  { id: 8102, name: 'TWINT', title: 'TWINT', method: 1457546097639, state: 'ACTIVE', sortOrder: 1 },
  { id: 8103, name: 'Old invoice', title: 'Invoice', method: 1457546097598, state: 'INACTIVE', sortOrder: 3 },
  {
    id: 8104,
    name: 'PostFinance Pay',
    title: 'PostFinance Pay',
    method: 1689233132073,
    state: 'ACTIVE',
    sortOrder: 4,
  },
];

/** The state that a search asks for; null: any. */
function stateAsked(call: ApiCall, isV2: boolean): string | null {
  if (isV2) return /^state:(\w+)$/.exec(new URLSearchParams(call.query).get('query') ?? '')?.[1] ?? null;
  const { filter } = JSON.parse(call.body) as { filter?: { fieldName?: string; value?: string } };
  return filter?.fieldName === 'state' ? (filter.value ?? null) : null;
}

export function searchMeans(call: ApiCall, space: string, isV2: boolean): Response {
  const wanted = stateAsked(call, isV2);
  const list = CONFIGURATIONS.filter(({ state }) => wanted === null || state === wanted).map(
    ({ id, name, title, method, state, sortOrder }) => ({
      id,
      name,
      state,
      sortOrder,
      resolvedTitle: { 'en-US': title, 'de-CH': `${title} (DE)` },
      ...(isV2
        ? { paymentMethod: { id: method, name: { 'en-US': title } }, space: { id: Number(space) } }
        : { paymentMethod: method, spaceId: Number(space) }),
    }),
  );
  return Response.json(isV2 ? { data: list, hasMore: false, limit: 100, offset: 0 } : list);
}
