/** The harmless call of the platform: the search for refunds of a transaction that there is none of. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { searchCheckout } from './api.ts';
import type { CheckoutSettings } from './settings.ts';

/** The platform numbers transactions from 1. */
const NO_TRANSACTION = 0;

export const checkCheckout: AccountCheck<CheckoutSettings> = {
  call: 'the search for refunds of a transaction that does not exist',
  async run({ account, now, fetch }) {
    await searchCheckout({ account, now, fetch }, 'refunds', NO_TRANSACTION);
    return 'the platform takes the application user and its key, which may read the space';
  },
};
