/** The console's Worker. */
import { createConsole } from './app.tsx';
import type { ConsoleBindings } from './context.ts';

import { PASSWORD_COSTS } from './passwords.ts';

export { OnceLog } from './once.ts';
export { SignInGate } from './sign-in-gate.ts';

const app = createConsole({
  now: () => Date.now(),
  random: (bytes) => {
    crypto.getRandomValues(bytes);
  },
  passwordCosts: PASSWORD_COSTS,
  fetch: (address, init) => fetch(address, init),
});

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
} satisfies ExportedHandler<ConsoleBindings>;
