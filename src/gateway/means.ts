/** What shoppers see of an account: the name that they know, and what it is. */
import type { Account } from '../directory/types.ts';
import type { AccountKind } from '../payments/account-kinds.ts';
import { provider } from '../providers/registry.ts';

export interface Means {
  readonly kind: AccountKind;
  /** Null: the word for its kind, in the shopper's language. */
  readonly name: string | null;
  /** Whose page the shopper goes on to: the provider's caption without what it explains. */
  readonly page: string;
}

/** The account as a means of payment. A caption that is the operator's own was shown to shoppers before accounts had a name for them. */
export function meansOf({ provider: id, caption, displayName, kind }: Account): Means {
  const found = provider(id);
  const usual = found?.means;
  const own = found && caption !== found.caption ? caption : null;
  return {
    kind: kind ?? usual?.kind ?? 'card',
    name: displayName ?? own ?? usual?.name ?? null,
    page: usual?.name ?? (found?.caption ?? caption).replace(/ [(\d].*|,.*| and other.*/, ''),
  };
}
