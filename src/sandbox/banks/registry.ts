/** The simulated banks, each with the providers that it plays. */
import type { Bank } from '../kit/bank.ts';
import { assistBank } from './assist.ts';
import { dotpayBank } from './dotpay.ts';
import { dummyBank } from './dummy.ts';
import { ecommpayBank } from './ecommpay.ts';
import { epaydkBank } from './epaydk.ts';
import { lyraBank } from './lyra.ts';
import { moipBank } from './moip.ts';
import { moneticoBank } from './monetico.ts';
import { ogoneBank } from './ogone.ts';
import { payboxBank } from './paybox.ts';
import { paymillBank } from './paymill.ts';
import { paynowBank } from './paynow.ts';
import { payuBank } from './payu.ts';
import { postfinanceCheckoutBank } from './postfinance-checkout.ts';
import { przelewy24Bank } from './przelewy24.ts';
import { sipsBank } from './sips.ts';
import { sips2Bank } from './sips2.ts';
import { spplusBank } from './spplus.ts';
import { tipiBank } from './tipi.ts';
import { tpayBank } from './tpay.ts';
import { worldlineBank } from './worldline.ts';

/** Every simulated bank. */
export const BANKS: readonly Bank[] = [
  assistBank,
  dummyBank,
  ecommpayBank,
  lyraBank,
  ogoneBank,
  payboxBank,
  sipsBank,
  sips2Bank,
  spplusBank,
  tipiBank,
  epaydkBank,
  dotpayBank,
  przelewy24Bank,
  payuBank,
  moipBank,
  paymillBank,
  tpayBank,
  worldlineBank,
  postfinanceCheckoutBank,
  moneticoBank,
  paynowBank,
];

/** The bank that plays a provider. */
export function bankOf(providerId: string): Bank {
  const bank = BANKS.find(({ providers }) => providers.includes(providerId));
  if (!bank) throw new Error(`no bank plays ${providerId}`);
  return bank;
}
