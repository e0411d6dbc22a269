/** The signing Worker with the Durable Object of reconciliation, which in production is a Worker of its own. */
export { Ledger, OperatorApi, SandboxApi, Sequence, Standby, VaultSwitch } from '../../src/index.ts';
export { Reconciliation } from '../../src/reconciliation/index.ts';

import gateway from '../../src/index.ts';

export default gateway;
