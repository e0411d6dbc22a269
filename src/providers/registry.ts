/** Every provider, by its id and by the names under which the replaced software knows it. */
import { assist } from './assist.ts';
import type { Provider } from './contract.ts';
import { dotpay } from './dotpay.ts';
import { dummy } from './dummy.ts';
import { ecommpay } from './ecommpay.ts';
import { epaydk } from './epaydk.ts';
import { moip } from './moip.ts';
import { ogone } from './ogone.ts';
import { paybox } from './paybox.ts';
import { paymill } from './paymill.ts';
import { payu } from './payu.ts';
import { payzen } from './payzen.ts';
import { postfinance } from './postfinance.ts';
import { przelewy24 } from './przelewy24.ts';
import { sips } from './sips.ts';
import { sips2 } from './sips2.ts';
import { spplus } from './spplus.ts';
import { systempay } from './systempay.ts';
import { tipi } from './tipi.ts';
import { tpay } from './tpay.ts';

/** In the order in which they are listed. */
export const providers: readonly Provider[] = [
  assist,
  dotpay,
  dummy,
  ecommpay,
  epaydk,
  moip,
  ogone,
  paybox,
  paymill,
  payu,
  payzen,
  postfinance,
  przelewy24,
  sips,
  sips2,
  spplus,
  systempay,
  tipi,
  tpay,
];

const byName = new Map<string, Provider>();
for (const provider of providers) {
  for (const name of [provider.id, ...provider.aliases]) byName.set(name, provider);
}

/** The provider of that id or alias, or null. */
export function provider(name: string): Provider | null {
  return byName.get(name) ?? null;
}
