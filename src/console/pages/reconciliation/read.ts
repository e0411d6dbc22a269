/** What the pages of reconciliation read of the operator's API. */

import { RECONCILED, type Reconciled } from '../../../payments/reconciled.ts';
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';

export type ReadReconciliation = OperatorAnswer<'reconciliation'>;
export type ReconciliationResult = ReadReconciliation['lines'][number];
export type ReconciliationList = OperatorAnswer<'reconciliationList'>;

export const RECONCILIATION = '/console/reconciliation';

/** The address of one. */
export function pathOf(id: string): string {
  return `${RECONCILIATION}/${encodeURIComponent(id)}`;
}

/** The id in the path of a page. */
export function idIn(c: ConsoleContext): string {
  return c.req.param('id') ?? '';
}

/** Where the API has it. */
export function reconciliationPath(c: ConsoleContext): string {
  return `/reconciliations/${encodeURIComponent(idIn(c))}`;
}

/** What counts as a difference. */
export const DIFFERENCES: readonly Reconciled[] = RECONCILED.filter((one) => one !== 'matched');

/** What of the results a page shows: in its address, and as the API is asked. */
export interface Shown {
  readonly show: string;
  readonly day: string;
}

const SHOWS = ['differences', 'all', 'marked', 'unmarked', 'other-numbers', ...RECONCILED] as const;

export function shownIn(c: ConsoleContext): Shown {
  const show = c.req.query('show') ?? 'differences';
  return {
    show: SHOWS.find((one) => one === show) ?? 'differences',
    day: /^\d{4}-\d\d-\d\d$/.exec(c.req.query('day') ?? '')?.[0] ?? '',
  };
}

/** The query of the API. */
export function questionOf({ show, day }: Shown): Readonly<Record<string, string | readonly string[]>> {
  const of = {
    differences: { result: DIFFERENCES },
    all: {},
    marked: { marked: 'true' },
    unmarked: { marked: 'false', result: DIFFERENCES },
    'other-numbers': { otherNumber: 'true' },
  };
  return { ...(of[show as keyof typeof of] ?? { result: [show] }), ...(day && { day }) };
}
