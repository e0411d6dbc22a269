/** Accounts and providers as the API has them, and who may change them. */
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';
import type { View } from '../../view.ts';

export type ShownAccount = OperatorAnswer<'account'>;
export type ShownProvider = OperatorAnswer<'providerInfo'>;

export const ACCOUNTS = '/console/accounts';

export function accountPath(id: string): string {
  return `${ACCOUNTS}/${encodeURIComponent(id)}`;
}

export async function readAccounts(c: ConsoleContext): Promise<readonly ShownAccount[]> {
  return (await c.get('api').get<OperatorAnswer<'accountList'>>('/accounts')).data;
}

/** The account of the address. @throws ApiProblem not_found */
export function readAccount(c: ConsoleContext): Promise<ShownAccount> {
  return c.get('api').get<ShownAccount>(`/accounts/${encodeURIComponent(c.req.param('id') ?? '')}`);
}

export async function readProviders(c: ConsoleContext): Promise<readonly ShownProvider[]> {
  return (await c.get('api').providers<OperatorAnswer<'providerList'>>()).data;
}

export function mayConfigure({ user }: View): boolean {
  return user?.role === 'configure' || user?.role === 'owner';
}
