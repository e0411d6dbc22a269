/**
 * No message can be turned into another: for every provider of the registry, recuts of its own requests, a genuine refusal and a
 * genuine payment of another order. None moves a payment as no genuine message does. `npm run forge` has more runs, and with
 * `-- --mutants` says whether it would notice.
 */
import { describe, expect, it } from 'vitest';
import type { VectorFile } from '../../src/cli/vectors.ts';
import { providers } from '../../src/providers/registry.ts';
import { shownFinding } from './finding.ts';
import { forge } from './forge.ts';

const SEED = 20261126;
const RUNS = 40;

const files = import.meta.glob<VectorFile>('../providers/*/vectors.json', { eager: true, import: 'default' });

describe.each(providers.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
  it(`is not fooled by ${RUNS} recuts`, { timeout: 120_000 }, async () => {
    const file = files[`../providers/${id}/vectors.json`];
    const { findings, tally } = await forge(provider, file, { runs: RUNS, seed: SEED, findings: 1 });
    // The command for another look is in each.
    expect(findings.map(shownFinding).join('\n\n')).toBe('');
    // Otherwise the banks have rejected everything, and nothing was tried.
    expect(tally.runs).toBe(RUNS);
    expect(tally.unsupported).toBeLessThan(RUNS / 2);
    // A provider of which no genuine message counts is not reached.
    expect(tally.genuine.notification.get('counts') ?? 0).toBeGreaterThan(RUNS / 10);
  });
});
