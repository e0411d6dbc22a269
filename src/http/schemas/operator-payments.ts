/** Payments as operators search, read and prove them. */
import * as v from 'valibot';
import { STATUSES } from '../../payments/statuses.ts';
import { EVENT_TYPES } from '../../payments/types.ts';
import { metadataFilter } from './payment-order.ts';
import { deliveries, payment, paymentRead } from './payments.ts';
import { currencyCode, id, pageLimit, timestamp, told } from './values.ts';

const shop = told('The shop whose payment it is.', v.string());

const anyText = v.optional(v.pipe(v.string(), v.maxLength(2000, 'takes at most 2000 characters')));

const minorUnits = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, 'is an amount in minor units'),
    v.metadata({ examples: ['1999'] }),
  ),
);

const time = v.optional(timestamp);

export const paymentSearch = v.strictObject({
  reference: told("The shop's reference, exactly.", anyText),
  id: told("A payment's id: without other filters, and always current.", anyText),
  providerReference: told(
    "A provider's number of the payment, of one of its operations, or our order number there; exactly.",
    anyText,
  ),
  email: told("The shopper's e-mail address, in any case of letters.", anyText),
  status: v.optional(
    v.pipe(
      v.array(v.picklist(STATUSES, 'is not a status')),
      v.metadata({ description: 'Several times: payments in any of them.' }),
    ),
  ),
  shop: told('Payments of this shop.', v.optional(id)),
  group: told('Payments of the shops of this group.', anyText),
  account: told('Payments whose `account` this is.', v.optional(id)),
  provider: told('Payments whose `provider` this is.', anyText),
  test: told(
    '`true`: no real money; `false`: real money alone.',
    v.optional(v.picklist(['true', 'false'], 'is true or false')),
  ),
  amountFrom: told("At least so much was asked for, in the currency's minor unit.", minorUnits),
  amountTo: told('At most so much.', minorUnits),
  currency: told('ISO 4217.', v.optional(currencyCode)),
  metadata: metadataFilter,
  createdFrom: told('Created at this time or later.', time),
  createdTo: told('Created before this time.', time),
  updatedFrom: told('Changed last at this time or later; the list is then by that time.', time),
  updatedTo: told('Changed last before this time.', time),
  paidFrom: told('Paid at this time or later; the list is then by that time.', time),
  paidTo: told('Paid before this time.', time),
  limit: pageLimit('So many at most; 20 unless given.', 100, '20'),
  cursor: told('The `nextCursor` of the page before.', v.optional(v.string())),
});

export const operatorPayment = v.object({ ...payment.entries, shop });

export const operatorPaymentRead = v.object({ ...paymentRead.entries, shop });

export const operatorPaymentList = v.object({
  data: told('The payments of this page.', v.array(operatorPayment)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const paymentLink = v.object({
  ...payment.entries,
  shop,
  qr: told('The `shortUrl` as a QR code: an SVG image, as text.', v.string()),
});

const [tries] = [deliveries.entries.data];

export const operatorDeliveries = v.object({
  data: told(
    'The tries, the oldest first.',
    v.array(
      v.object({
        ...tries.item.entries,
        exchange: told(
          'What was sent and answered: of the newest 30 tries, the first 4 KiB of each body, without secrets and whole card numbers.',
          v.nullable(
            v.object({
              url: told('Where it was sent.', v.string()),
              request: told('The body that was sent.', v.string()),
              answer: told('The body of the answer; null: there was none.', v.nullable(v.string())),
            }),
          ),
        ),
      }),
    ),
  ),
});

const hexHash = (description: string) =>
  told(description, v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is a SHA-256')));

const wholeNumber = v.pipe(v.number(), v.integer());

export const anchor = v.object({
  number: told('1, 2, 3 ... without gaps.', wholeNumber),
  at: told('When it was signed.', v.string()),
  size: told('How many payments it is over: those whose log had changed.', wholeNumber),
  root: hexHash('The root of the Merkle tree over the newest lines of their logs, in hexadecimal.'),
  previous: hexHash(
    'SHA-256 in hexadecimal of the signed text of the anchor before; zeros for the first one.',
  ),
  publicKey: told('The Ed25519 key of this installation: base64url of 32 bytes.', v.string()),
  signature: told('Ed25519 over the text that docs/proof.md describes, in base64url.', v.string()),
});

export const anchorList = v.object({
  data: told('The newest anchors first.', v.array(anchor)),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const anchorsQuery = v.strictObject({
  limit: pageLimit('So many at most; 20 unless given.', 100, '20'),
  cursor: told(
    'The `nextCursor` of the page before.',
    v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is not a cursor of this list'))),
  ),
});

export const proofQuery = v.strictObject({
  anchor: told(
    'The number of the anchor that the proof leads to; the newest that has the payment unless given.',
    v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'is the number of an anchor'))),
  ),
});

/** The file that `countersign proof` checks. */
export const logProof = v.object({
  version: told('Of this file.', v.literal(2)),
  payment: told('Its id.', v.string()),
  events: told(
    'The whole log, the oldest line first.',
    v.array(
      v.object({
        seq: told('From 1, without gaps.', wholeNumber),
        at: told('When it was written.', v.string()),
        type: told('What happened.', v.picklist(EVENT_TYPES)),
        source: told(
          'Who caused it.',
          v.picklist(['shop', 'shopper', 'provider', 'operator', 'countersign']),
        ),
        detail: told('What else is known; empty where it was erased.', v.record(v.string(), v.unknown())),
        hash: hexHash('The hash of this line.'),
        salt: told(
          'What the detail is hashed with; null: a line of version 1, or an erased detail.',
          v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'is 16 bytes in hexadecimal'))),
        ),
        detailHash: told(
          'The hash of an erased detail.',
          v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
        ),
        erased: told('Whether the detail was erased.', v.boolean()),
      }),
    ),
  ),
  anchor: told(
    'An anchor with the way from a line of this log to its root; null: there is none.',
    v.nullable(
      v.object({
        ...anchor.entries,
        leaf: told(
          'The line of this log that was the newest when the anchor was made.',
          v.object({ seq: told('Its number.', wholeNumber), hash: hexHash('Its hash.') }),
        ),
        position: told('Where the leaf stands in the tree, from 0.', wholeNumber),
        path: told('The hashes beside the way to the root, from below.', v.array(hexHash('One of them.'))),
      }),
    ),
  ),
});
