/** The areas of the console: each adds its import and its place in the list. */
import type { Area } from './area.ts';
import { accountsArea } from './pages/accounts/area.ts';
import { attentionArea } from './pages/attention.tsx';
import { auditArea } from './pages/audit.tsx';
import { booksArea } from './pages/books.tsx';
import { homeArea } from './pages/home/page.tsx';
import { ownSettings } from './pages/me/area.tsx';
import { paymentsArea } from './pages/payments/area.ts';
import { peopleArea } from './pages/people/area.ts';
import { polybankingArea } from './pages/polybanking/area.ts';
import { reconciliationArea } from './pages/reconciliation/area.ts';
import { shopsArea } from './pages/shops/area.ts';
import { transactionsArea } from './pages/transactions.tsx';

/** All areas. */
export const AREAS: readonly Area[] = [
  homeArea,
  paymentsArea,
  attentionArea,
  accountsArea,
  shopsArea,
  polybankingArea,
  transactionsArea,
  booksArea,
  reconciliationArea,
  peopleArea,
  auditArea,
  ownSettings,
];

/** The entries of the navigation in their order, as somebody of a role sees them. */
export function navigation(areas: readonly Area[], role: string) {
  return areas
    .flatMap(({ id, nav }) => (nav ? [{ id, ...nav }] : []))
    .filter(({ roles }) => roles === undefined || (roles as readonly string[]).includes(role))
    .sort((a, b) => a.order - b.order);
}
