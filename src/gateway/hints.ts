/** What the ledger keeps of a hint. */
import type { HintCommand } from '../ledger/commands.ts';
import type { OpenedAccount } from './accounts.ts';
import { isOnlyHinted } from './proof.ts';

/** What a hint is about, where all that it names counts: any member that its provider does not need is left out. */
export function hintAbout(
  { provider, variants }: OpenedAccount,
  about: Readonly<Record<string, string>>,
): Pick<HintCommand, 'hint' | 'alone'> {
  return {
    hint: Object.fromEntries(Object.entries(about).filter(([name]) => provider.hintMembers?.includes(name))),
    ...(isOnlyHinted(provider, variants[0].account.settings) && { alone: true as const }),
  };
}
