/**
 * Dummy: the test providers of eopayment and django-getpaid, in the dialects of both, for shops that were written
 * for either and for laptops without any bank. It has no cryptography at all, so an account in production is rejected.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - Further states that newer eopayment pages may send count as not paid.
 * - A browser return is never believed in the eopayment dialect, unless the account counts every response as signed.
 */

import { Refusal } from '../../payments/errors.ts';
import type { OperationKind, OperationRule } from '../../payments/operations.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type ProviderOperation } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { unsignedProof } from '../kit/proof.ts';
import { NO_SHOP_FIELDS } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { EOPAYMENT_SHOP_FIELDS, readResponse, startEopayment } from './eopayment.ts';
import { pulledUpdate, readCallbackRequest, startGetpaid } from './getpaid.ts';
import { type DummySettings, dummySettings } from './settings.ts';
import { dummySignatures } from './signatures.ts';
import { DUMMY_RESPONSES, GETPAID_STATUSES } from './statuses.ts';

/** An operation that needs no call and always succeeds, as in both originals. */
function alwaysSucceeds(kind: OperationKind, rule: OperationRule): ProviderOperation<DummySettings> {
  return {
    rule,
    execute: async ({ operationReference }) => ({
      state: 'succeeded',
      status: `dummy ${kind}`,
      providerReference: `dummy-${kind}-${operationReference}`,
    }),
  };
}

export const dummy = defineProvider({
  id: 'dummy',
  aliases: [],
  caption: 'Dummy (for tests, without any signature)',
  countries: [],
  currencies: ['EUR', 'PLN', 'USD', 'GBP', 'CHF', 'CZK'],
  capabilities: {
    manualCapture: false,
    signedNotification: false,
    signedReturn: true,
  },
  settings: dummySettings,
  proof: ({ dialect }) => ({
    ...unsignedProof(
      dialect === 'getpaid'
        ? ['payment_id', 'new_status', 'event', 'paid_amount', 'locked_amount']
        : ['transaction_id', 'ok', 'amount', 'signed', 'reason'],
    ),
    // Neither dialect has a currency.
    undecided: ['outcome', 'order', 'amount'],
  }),
  signatures: dummySignatures,
  statuses: { RESPONSE: DUMMY_RESPONSES, NEW_STATUS: GETPAID_STATUSES },
  likelyCauses: [],
  requires: [
    {
      field: 'currency',
      when: 'dialect is eopayment: EUR',
      applies: ({ dialect }) => dialect === 'eopayment',
      problemOf: (value) =>
        value === 'EUR' ? null : 'amounts of the eopayment dialect have no currency: EUR is meant',
    },
  ],
  maxAmount: Number.MAX_SAFE_INTEGER,
  testOnly: true,
  freshOrderEachRedirect: false,

  charset: () => charset('utf-8'),
  shopFields: ({ dialect }) => (dialect === 'eopayment' ? EOPAYMENT_SHOP_FIELDS : NO_SHOP_FIELDS),
  captureDefault: () => 'automatic',

  start: (request) =>
    request.account.settings.dialect === 'getpaid' ? startGetpaid(request) : startEopayment(request),

  async notification(request, account, channel) {
    if (account.settings.dialect === 'getpaid') {
      if (channel === 'return')
        throw new Refusal('signature_missing', 'which address the shopper hit says nothing');
      return readCallbackRequest(request);
    }
    return readResponse(account.settings, formFields(formBytes(request)), channel === 'notification');
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'Nowhere: each payment carries its notification address', value: callback },
  ],

  queryStatus: async ({ account, order }) => pulledUpdate(account.settings, order),
  cannotQueryStatus: ({ dialect, confirmation_method }) =>
    dialect === 'getpaid' && confirmation_method === 'pull'
      ? null
      : 'only the getpaid dialect has status queries, with confirmation_method pull',

  capture: alwaysSucceeds('capture', { parts: 'many', fundsSources: ['held'] }),
  cancel: alwaysSucceeds('cancel', { parts: 'whole', fundsSources: ['held', 'paid', 'open'] }),
  refund: {
    ...alwaysSucceeds('refund', { parts: 'many', fundsSources: ['paid'] }),
    lacks: ({ dialect }) => (dialect === 'getpaid' ? null : 'the eopayment dialect has no refund'),
  },
});
