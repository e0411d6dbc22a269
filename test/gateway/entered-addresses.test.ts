/** Addresses among settings. Ruled out: one that calls go to and that nobody checks, and a setting that is left empty and is refused for it. */
import { expect, it } from 'vitest';
import { calledSettingProblem, enteredSettings } from '../../src/gateway/entered-addresses.ts';

const RULES = { local: false, outgoingPorts: [] };

it.each([
  ['its address', 'ecommpay', { gate_url: 'https://gate.example.com/v2', project_id: 7 }, true],
  ['no address', 'ecommpay', { project_id: 7 }, false],
  ['an empty one', 'ecommpay', { gate_url: '' }, false],
  ['what is no text', 'ecommpay', { gate_url: 7 }, false],
  ['an address that is no setting of calls', 'ogone', { gate_url: 'https://gate.example.com/v2' }, false],
  ['a provider that there is not', 'nobody', { gate_url: 'https://gate.example.com/v2' }, false],
])('of settings with %s the address of calls is found: %s %j', (_name, provider, settings, isFound) => {
  expect(enteredSettings({ provider, settings })).toEqual(
    isFound ? [{ path: 'settings.gate_url', address: 'https://gate.example.com/v2' }] : [],
  );
});

it('an address inside of our network is named with its place, and a public one or an empty text is not', () => {
  const problem = (gate_url: string) =>
    calledSettingProblem({ provider: 'ecommpay', settings: { gate_url } }, RULES);
  expect(problem('https://10.0.0.1/')).toEqual({ path: 'settings.gate_url', problem: expect.any(String) });
  expect(problem('https://gate.example.com/v2')).toBeNull();
  expect(problem('')).toBeNull();
});
