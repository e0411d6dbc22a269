/**
 * `npm run reconcile-model`: the reconciliation model by hand. `-- --runs 5000` for a long one, `--only tpay` for one provider,
 * `--seed N` for other scripts.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', multiple: true, default: [] },
  },
});

const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'workerd', 'test/reconcile'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    RECONCILE_RUNS: values.runs,
    RECONCILE_SEED: values.seed,
    RECONCILE_ONLY: values.only.join(','),
  },
});
process.exitCode = status ?? 1;
