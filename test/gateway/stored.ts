/** Accounts and shops as the directory has them, for tests that call the gateway without a database. */
import type { Account, Shop } from '../../src/directory/types.ts';
import { demoSettings } from '../support/banks.ts';

/** An account of a provider that takes euros, with its secrets among the settings. */
export function storedAccount(id: string, provider: string, changes: Partial<Account> = {}): Account {
  return {
    id,
    provider,
    caption: '',
    displayName: null,
    kind: null,
    environment: 'sandbox',
    currencies: ['EUR'],
    settings: demoSettings(provider),
    endpoints: {},
    allowedIps: [],
    trustUnprovenNotifications: false,
    expireAfterHours: 24,
    retiredAt: null,
    succession: null,
    fallback: null,
    outage: null,
    secrets: {},
    createdAt: '2026-11-21T09:00:00Z',
    updatedAt: '2026-11-21T09:00:00Z',
    ...changes,
  };
}

/** A shop in test mode that may use some accounts. */
export function storedShop(accounts: readonly string[], changes: Partial<Shop> = {}): Shop {
  return {
    id: 'shop',
    name: 'A shop',
    group: null,
    active: true,
    adminEnabled: true,
    testMode: true,
    region: null,
    rateLimit: null,
    expireAfterMinutes: null,
    accounts,
    returnUrl: { success: null, failure: null },
    webhook: { url: null, dialect: 'standard', newPayments: false },
    createdAt: '2026-11-21T09:00:00Z',
    updatedAt: '2026-11-21T09:00:00Z',
    ...changes,
  };
}

/** That payments of an account go to another one. */
export const succeededBy = (by: string) => ({ succession: { by, since: '2026-11-22T09:00:00Z' } });
