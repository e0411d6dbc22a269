/** What an area of the console is: its own file or folder under `pages`, its own routes, and at most one entry in the navigation. */
import type { Hono } from 'hono';
import type { Api } from './api.ts';
import type { LineIconName } from './components/icon.tsx';
import type { ConsoleEnv } from './context.ts';
import type { Language } from './texts/languages.ts';

export interface Area {
  /** The name of its texts and of its entry in the navigation. */
  readonly id: string;
  readonly nav?: {
    readonly href: string;
    /** Entries stand by it: home 10, payments 20, attention 30, accounts 40, shops 50, books 60, reconciliation 65, people 70, audit 80. */
    readonly order: number;
    readonly icon: LineIconName;
    readonly text: (language: Language) => string;
    /** Whether somebody of this role sees the entry; left out: everybody. */
    readonly roles?: readonly ('view' | 'refund' | 'configure' | 'owner')[];
    /** A number beside the entry, asked for at each page: one quick call. What goes wrong with it goes unseen. */
    readonly count?: (api: Api) => Promise<number>;
  };
  /** Adds its routes. Whoever comes here is signed in; `c.get('view')` and `c.get('api')` are theirs. */
  readonly routes: (app: Hono<ConsoleEnv>) => void;
}
