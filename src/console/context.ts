/** What every page of the console works with: its bindings, and what is known of a request. */
import type { Context } from 'hono';
import type { AccessTokens } from './access.ts';
import type { Api } from './api.ts';
import type { NavEntry } from './components/layout.tsx';
import type { Gateway } from './gateway.ts';
import type { OidcClient } from './oidc.ts';
import type { OnceLog } from './once.ts';
import type { ConsolePorts } from './ports.ts';
import type { ConsoleSettings, ConsoleVariables } from './settings.ts';
import type { SignInGate } from './sign-in-gate.ts';
import type { View } from './view.ts';

export interface ConsoleBindings extends ConsoleVariables {
  readonly GATEWAY: Gateway;
  readonly ONCE: DurableObjectNamespace<OnceLog>;
  readonly GATES: DurableObjectNamespace<SignInGate>;
}

export interface ConsoleEnv {
  Bindings: ConsoleBindings;
  Variables: {
    ports: ConsolePorts;
    accessTokens: AccessTokens;
    oidc: OidcClient;
    settings: ConsoleSettings;
    /** Who looks, in which language and time zone. */
    view: View;
    /** The navigation as the user sees it. */
    entries: readonly NavEntry[];
    /** The operator's API, as the user who is signed in. */
    api: Api;
    /** The id of this browser's session, as the list of sessions names it; null: it has just begun. */
    session: string | null;
  };
}

export type ConsoleContext = Context<ConsoleEnv>;
