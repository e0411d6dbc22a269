/** Accounts as the directory hands them out, for code that is called without it. */
import type { Account, LiveSecret } from '../../src/directory/types.ts';

/** A secret that lives since always. @param notAfter when its grace ends, in milliseconds; null: it is the current one. */
export function liveSecret(value: string, notAfter: number | null = null, keyId?: string): LiveSecret {
  return { value, notBefore: 0, notAfter, ...(keyId !== undefined && { keyId }) };
}

/** An HMAC key of Paybox that nobody has published. */
export const OWN_HMAC_KEY = '5e'.repeat(32);

/** An account at Paybox. */
export function payboxAccount(changes: Partial<Account> = {}): Account {
  return {
    id: 'tickets-bank',
    provider: 'paybox',
    caption: 'Paybox',
    displayName: null,
    kind: null,
    environment: 'production',
    currencies: ['EUR'],
    settings: { site: '1234567', rang: '32', identifiant: '2', billing_phone: '+33612345678' },
    endpoints: {},
    allowedIps: [],
    trustUnprovenNotifications: false,
    expireAfterHours: 24,
    retiredAt: null,
    succession: null,
    fallback: null,
    outage: null,
    secrets: { hmac_key: [liveSecret(OWN_HMAC_KEY)] },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

/** An account at Worldline, whose secrets have ids. */
export function worldlineAccount(changes: Partial<Account> = {}): Account {
  return payboxAccount({
    provider: 'worldline',
    settings: { merchant_id: 'tickets', api_key_id: 'api-3', webhook_key_id: 'hook-1' },
    secrets: {
      api_secret: [liveSecret('third-secret-of-the-api')],
      webhook_secret: [liveSecret('only-secret-of-webhooks')],
    },
    ...changes,
  });
}
