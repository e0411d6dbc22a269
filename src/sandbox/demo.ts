/** The demo data of `npm start`: one sandbox account per provider, and a shop that uses them all. */
import type { Directory } from '../directory/directory.ts';
import { itself, KEY_KINDS } from '../directory/types.ts';
import { secretNames } from '../providers/kit/settings.ts';
import { provider, providers } from '../providers/registry.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';

export const DEMO_SHOP = 'demo';

/** Printed at the start and good for nothing else. */
export const DEMO_KEYS = {
  apiKey: 'demo-shop-api-key',
  requestKey: 'demo-shop-request-key',
  ipnKey: 'demo-shop-ipn-key',
  webhookSecret: 'whsec_ZGVtby1zaG9wLXdlYmhvb2stc2VjcmV0LTAx',
} as const;

/** The demo account of a provider. */
export function demoAccount(providerId: string): string {
  return `${providerId}-sandbox`;
}

/** Makes the demo data where it is missing, or where it points to another address than this server's. */
export async function seed(directory: Directory, origin: string): Promise<void> {
  for (const { id, caption } of providers) {
    const demo = DEMO_ACCOUNTS[id];
    const found = provider(id);
    if (!demo || !found) continue;
    const before = await directory.accounts.get(demoAccount(id));
    if (before?.endpoints.page === origin) continue;
    const hidden = new Set(secretNames(found.settings));
    const entries = Object.entries(demo.settings);
    await directory.accounts.put(
      {
        id: demoAccount(id),
        provider: id,
        caption: `${caption.replace(/ \(.*/, '')} (sandbox)`,
        environment: 'sandbox',
        currencies: demo.currencies,
        settings: Object.fromEntries(entries.filter(([name]) => !hidden.has(name))),
        endpoints: { page: origin, api: origin },
        allowedIps: [],
        trustUnprovenNotifications: false,
        fallback: null,
        expireAfterHours: 24,
        secrets: Object.fromEntries(
          entries.filter(([name]) => hidden.has(name)).map(([n, value]) => [n, String(value)]),
        ),
      },
      before,
      itself('npm start'),
    );
  }
  await seedShop(directory, origin);
  directory.changed();
}

async function seedShop(directory: Directory, origin: string): Promise<void> {
  const before = await directory.shops.get(DEMO_SHOP);
  const accounts = providers.filter(({ id }) => DEMO_ACCOUNTS[id]).map(({ id }) => demoAccount(id));
  const webhook = `${origin}/shop/webhook`;
  if (before?.webhook.url === webhook && before.accounts.length === accounts.length) return;
  await directory.shops.put(
    {
      id: DEMO_SHOP,
      name: 'Demo shop',
      group: null,
      active: true,
      adminEnabled: true,
      testMode: true,
      region: null,
      rateLimit: null,
      expireAfterMinutes: null,
      accounts,
      returnUrl: { success: `${origin}/shop/back`, failure: `${origin}/shop/back` },
      webhook: { url: webhook, dialect: 'standard', newPayments: false },
    },
    Object.fromEntries(KEY_KINDS.map((kind) => [kind, DEMO_KEYS[kind]])),
    before,
    itself('npm start'),
  );
}
