/** What an account is to shoppers, for its icon and where it has no name of its own. */
export const ACCOUNT_KINDS = ['card', 'bank', 'wallet', 'cash'] as const;

export type AccountKind = (typeof ACCOUNT_KINDS)[number];
