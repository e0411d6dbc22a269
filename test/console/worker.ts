/** Both Workers in one, for the tests of the console: it calls the real entrypoint, and has its own Durable Objects. */
export { OnceLog, SignInGate } from '../../src/console/index.ts';
export { Ledger, OperatorApi, Sequence, Standby, VaultSwitch } from '../../src/index.ts';
export { Reconciliation } from '../../src/reconciliation/index.ts';

import gateway from '../../src/index.ts';

export default gateway;
