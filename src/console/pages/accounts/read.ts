/** Accounts and providers as the API has them, and where their pages are. */
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';

export type ShownAccount = OperatorAnswer<'account'>;
export type ShownProvider = OperatorAnswer<'providerInfo'>;

export const ACCOUNTS = '/console/accounts';

export function accountPath(id: string): string {
  return `${ACCOUNTS}/${encodeURIComponent(id)}`;
}

/** Where the API has an account. */
export function accountApi(id: string): string {
  return `/accounts/${encodeURIComponent(id)}`;
}

export async function readAccounts(c: ConsoleContext): Promise<readonly ShownAccount[]> {
  return (await c.get('api').get<OperatorAnswer<'accountList'>>('/accounts')).data;
}

/** The account of the address. @throws ApiProblem not_found */
export function readAccount(c: ConsoleContext): Promise<ShownAccount> {
  return c.get('api').get<ShownAccount>(accountApi(c.req.param('id') ?? ''));
}

export async function readProviders(c: ConsoleContext): Promise<readonly ShownProvider[]> {
  return (await c.get('api').providers<OperatorAnswer<'providerList'>>()).data;
}
