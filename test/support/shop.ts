/** Shops as the directory hands them out, for code that is called without it. */
import type { Shop } from '../../src/directory/types.ts';

/** A shop that takes real money, and says nothing that it need not say. */
export function liveShop(changes: Partial<Shop> = {}): Shop {
  return {
    id: 'tickets',
    name: 'Tickets',
    group: null,
    active: true,
    adminEnabled: true,
    testMode: false,
    region: null,
    rateLimit: null,
    expireAfterMinutes: null,
    accounts: [],
    returnUrl: { success: null, failure: null },
    webhook: { url: null, dialect: 'standard', newPayments: false },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}
