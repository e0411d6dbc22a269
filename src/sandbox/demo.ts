/** The demo data of `npm start`: one sandbox account per provider, and a shop that uses them all. */
import type { Directory } from '../directory/directory.ts';
import { itself, KEY_KINDS, type Shop } from '../directory/types.ts';
import { secretNames } from '../providers/kit/settings.ts';
import { provider, providers } from '../providers/registry.ts';
import { fromBase64, hex } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';

export const DEMO_SHOP = 'demo';

/** Printed at the start and good for nothing else. */
export const DEMO_KEYS = {
  apiKey: 'demo-shop-api-key',
  requestKey: 'demo-shop-request-key',
  ipnKey: 'demo-shop-ipn-key',
  webhookSecret: 'whsec_ZGVtby1zaG9wLXdlYmhvb2stc2VjcmV0LTAx',
} as const;

/** The shop of examples/shop-typescript. */
export const TEA_SHOP = 'tea';

export const TEA_KEYS = {
  apiKey: 'tea-shop-api-key',
  requestKey: 'tea-shop-request-key',
  ipnKey: 'tea-shop-ipn-key',
  webhookSecret: 'whsec_dGVhLXNob3Atd2ViaG9vay1zZWNyZXQtMDE=',
} as const;

/** A leaf of 48 by 48 pixels, a PNG as base64. */
const TEA_LOGO =
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAMAAABg3Am1AAAABlBMVEUAAACaWzQtGPTDAAAAAnRSTlMA/1uRIrUAAABpSURBVHja7dXbCoAgEEXR2f//04VFQRrMBlGSBi8vs950TsSkYi/bbwQ4AU6AE+AEOAFS3G05QA3oCmgBOgLagA8B3gA/WAus8FoH/OkBc8mPSg/iCfKBKCPouvIhLWP0PPLi2EKUNac25FMC+aYbSOgAAAAASUVORK5CYII=';

/** The means of payment that the tea shop offers. */
const TEA_ACCOUNTS = ['paybox', 'postfinance', 'przelewy24', 'payu'].map(demoAccount);

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
    const short = caption.replace(/ \(.*|,.*/, '');
    await directory.accounts.put(
      {
        id: demoAccount(id),
        provider: id,
        // Shoppers know this one as a card, in their language; the demo shop has many, so that the others have names.
        caption: id === 'paybox' ? found.caption : `${short} (sandbox)`,
        displayName: id === 'paybox' ? null : (found.means?.name ?? short.replace(/ \d.*/, '')),
        kind: null,
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
  await seedShops(directory, origin);
  directory.changed();
}

async function seedShops(directory: Directory, origin: string): Promise<void> {
  const accounts = providers.filter(({ id }) => DEMO_ACCOUNTS[id]).map(({ id }) => demoAccount(id));
  await seedShop(directory, {
    id: DEMO_SHOP,
    name: 'Demo shop',
    accounts,
    keys: DEMO_KEYS,
    origin,
    back: 'back',
  });
  const tea = { id: TEA_SHOP, name: 'Leaf & Kettle', accounts: TEA_ACCOUNTS, keys: TEA_KEYS };
  if (!(await seedShop(directory, { ...tea, origin, back: 'thanks' }))) return;
  const by = itself('npm start');
  await directory.putBranding(TEA_SHOP, { name: null, color: '#7c3f1d', language: null }, by);
  const hash = hex(digests.sha256(fromBase64(TEA_LOGO) ?? new Uint8Array())).slice(0, 16);
  await directory.putLogo(TEA_SHOP, { logo: TEA_LOGO, type: 'image/png', hash }, by);
}

interface DemoShop {
  readonly id: string;
  readonly name: string;
  readonly accounts: readonly string[];
  readonly keys: typeof DEMO_KEYS | typeof TEA_KEYS;
  readonly origin: string;
  /** The page under /shop that shoppers come back to. */
  readonly back: string;
}

/** @returns whether it was made, or is another one than before. */
async function seedShop(directory: Directory, shop: DemoShop): Promise<boolean> {
  const { id, name, accounts, keys, origin, back } = shop;
  const before: Shop | null = await directory.shops.get(id);
  const webhook = `${origin}/shop/webhook`;
  if (before?.webhook.url === webhook && before.accounts.length === accounts.length) return false;
  const address = `${origin}/shop/${back}`;
  await directory.shops.put(
    {
      id,
      name,
      group: null,
      active: true,
      adminEnabled: true,
      testMode: true,
      region: null,
      rateLimit: null,
      expireAfterMinutes: null,
      accounts,
      returnUrl: { success: address, failure: address },
      webhook: { url: webhook, dialect: 'standard', newPayments: false },
    },
    Object.fromEntries(KEY_KINDS.map((kind) => [kind, keys[kind]])),
    before,
    itself('npm start'),
  );
  return true;
}
