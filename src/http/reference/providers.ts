/** What is said of the providers, from their folders. Made when the Worker is built. */
import { describeProof } from '../../gateway/proof.ts';
import { type ProvidersDocument, SETUP_PLACEHOLDERS } from '../../gateway/provider-texts.ts';
import type { Provider } from '../../providers/contract.ts';
import { settingsJsonSchema } from '../../providers/kit/json-schema.ts';
import { shownRequirement } from '../../providers/kit/requirements.ts';
import { settingsDefaults } from '../../providers/kit/settings.ts';
import { providers } from '../../providers/registry.ts';

function describe(entry: Provider) {
  const { id, aliases, caption, countries, currencies, capabilities } = entry;
  return {
    id,
    aliases,
    caption,
    ended: entry.ended ?? null,
    successor: entry.successor ?? [],
    countries,
    currencies,
    capabilities,
    requires: entry.requires.map(shownRequirement),
    proof: describeProof(entry, settingsDefaults(entry.settings)),
    settings: settingsJsonSchema(entry.settings),
  };
}

/** All providers, as the Worker shows them. */
export function makeProvidersDocument(): ProvidersDocument {
  return {
    providers: providers.map(describe),
    setup: Object.fromEntries(providers.map((entry) => [entry.id, entry.setup(SETUP_PLACEHOLDERS)])),
  };
}
