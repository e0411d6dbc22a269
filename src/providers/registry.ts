/** Every provider, by its id and by the names under which the replaced software knows it. */
import { assist } from './assist/index.ts';
import type { Provider } from './contract.ts';
import { dotpay } from './dotpay/index.ts';
import { dummy } from './dummy/index.ts';
import { ecommpay } from './ecommpay/index.ts';
import { epaydk } from './epaydk/index.ts';
import { payzen, systempay } from './lyra/brands.ts';
import { moip } from './moip/index.ts';
import { monetico } from './monetico/index.ts';
import { ogone, postfinance } from './ogone/brands.ts';
import { paybox } from './paybox/index.ts';
import { paymill } from './paymill/index.ts';
import { paynow } from './paynow/index.ts';
import { payu } from './payu/index.ts';
import { postfinanceCheckout, wallee } from './postfinance-checkout/brands.ts';
import { przelewy24 } from './przelewy24/index.ts';
import { sips } from './sips/index.ts';
import { sips2 } from './sips2/index.ts';
import { spplus } from './spplus/index.ts';
import { tipi } from './tipi/index.ts';
import { tpay } from './tpay/index.ts';
import { worldline } from './worldline/index.ts';

/** In the order in which they are listed. */
export const providers: readonly Provider[] = [
  assist,
  dotpay,
  dummy,
  ecommpay,
  epaydk,
  moip,
  monetico,
  ogone,
  paybox,
  paymill,
  paynow,
  payu,
  payzen,
  postfinance,
  postfinanceCheckout,
  przelewy24,
  sips,
  sips2,
  spplus,
  systempay,
  tipi,
  tpay,
  wallee,
  worldline,
];

const byName = new Map<string, Provider>();
for (const provider of providers) {
  for (const name of [provider.id, ...provider.aliases]) byName.set(name, provider);
}

/** The provider of that id or alias, or null. */
export function provider(name: string): Provider | null {
  return byName.get(name) ?? null;
}
