/** Commands for ledgers that a test calls directly. */

import type { ApplyUpdateCommand, CreateCommand, SignedAttempt } from '../../src/ledger/commands.ts';
import { derivePaymentId, type PaymentId } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import { unique } from '../support/harness.ts';

export const AMOUNT = 1999 as Minor;

export function newId(): PaymentId {
  return derivePaymentId(new Uint8Array(32), 'shop', unique());
}

export function signedAttempt(changes: Partial<SignedAttempt> = {}): SignedAttempt {
  return {
    account: 'bank',
    provider: 'paybox',
    test: true,
    capture: 'automatic',
    amount: AMOUNT,
    oneRedirect: false,
    redirect: { kind: 'url', method: 'GET', url: 'https://bank.test/page' },
    deferred: false,
    providerState: {},
    goodUntil: null,
    queryAt: null,
    ...changes,
  };
}

export function create(id: PaymentId, changes: Partial<CreateCommand> = {}): CreateCommand {
  return {
    id,
    shop: 'shop',
    requestHash: 'hash',
    request: {
      reference: `order-${id}`,
      amount: AMOUNT,
      currency: 'EUR',
      description: null,
      capture: null,
      customer: {},
      returnUrl: {},
      extraData: null,
      providerFields: {},
    },
    attempt: signedAttempt(),
    ...changes,
  };
}

export function notify(changes: Partial<ApplyUpdateCommand> = {}): ApplyUpdateCommand {
  return {
    attempt: 1,
    account: 'bank',
    key: 'T1/00000',
    outcome: 'paid',
    amount: AMOUNT,
    currency: 'EUR',
    movement: 'T1',
    providerReference: 'T1',
    providerStatus: '00000',
    detail: {},
    channel: 'notification',
    signedBy: 'current',
    reply: {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: `ok ${changes.key ?? 'T1/00000'}`,
    },
    ...changes,
  };
}
