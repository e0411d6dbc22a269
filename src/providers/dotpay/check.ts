/** The harmless call of Dotpay: a search in the panel that finds nothing. It shows nothing of the PIN. Facts: SHEET.md, "After payment". */
import type { AccountCheck } from '../contract.ts';
import { lacksPanelUser, searchPanel } from './panel.ts';
import type { DotpaySettings } from './settings.ts';

export const checkDotpay: AccountCheck<DotpaySettings> = {
  call: 'GET /api/v1/operations/ of an order that does not exist',
  lacks: (settings) =>
    settings.mode === 'legacy' ? 'in mode legacy nothing can be asked' : lacksPanelUser(settings),
  async run({ account, order, fetch }) {
    await searchPanel(fetch, account, order);
    return 'Dotpay takes login and password; whether the PIN is right shows with the first notification';
  },
};
