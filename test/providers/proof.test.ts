/** What each provider says that its signature proves: complete, for its usual settings and for every choice in them. */
import { describe, expect, it } from 'vitest';
import { countsAs } from '../../src/gateway/proof.ts';
import type { Channel } from '../../src/providers/contract.ts';
import { settingsDefaults } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { picklists } from '../forge/options.ts';
import { demoSettings } from '../support/harness.ts';

const CHANNELS: readonly Channel[] = ['notification', 'return'];

describe.each(providers.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
  const defaults = settingsDefaults(provider.settings);
  const choices = [...picklists(provider)].flatMap(([name, values]) =>
    values.map((value) => [`${name}: ${JSON.stringify(value)}`, { [name]: value }] as const),
  );
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['the defaults', {}],
    ["the demo's settings", demoSettings(id)],
    ...choices,
  ];

  it.each(cases)('says what its signature proves with %s', (_name, changes) => {
    for (const channel of CHANNELS) {
      const settings = { ...defaults, ...changes };
      const proof = provider.proof(settings as never, channel);
      expect(proof.requestIsNoAnswer.trim()).not.toBe('');
      expect(proof.requestIsNoAnswer).not.toBe('to be written');
      expect(proof.covered.filter((name) => proof.notCovered.includes(name))).toEqual([]);
      for (const fields of [proof.covered, proof.notCovered, proof.undecided])
        expect(new Set(fields).size).toBe(fields.length);
      // Whoever signs signs something; what nobody signs decides nothing.
      if (proof.keyOf === 'nobody') expect(proof.covered).toEqual([]);
      else expect(proof.covered.length).toBeGreaterThan(0);
      // It names at least its order: what it does not say at all cannot be undecided.
      if (proof.keyOf === 'nobody') expect(proof.undecided).toContain('order');
      if (proof.bordersCovered) expect(proof.uniqueReading).toBeNull();
      expect(['proof', 'query', 'addresses', 'person']).toContain(countsAs(provider, settings, channel));
    }
  });
});
