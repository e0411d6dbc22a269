/** What the contract says beside its routes: words, webhooks and their schedule, the way back. For the document and its page. */

import { PROBLEMS } from '../payments/errors.ts';
import { MESSAGE_PAUSES } from '../payments/retries.ts';
import { STATUSES } from '../payments/statuses.ts';
import {
  ATTENTION_WORDS,
  EVENT_WORDS,
  OPERATION_STATE_WORDS,
  PROBLEM_WORDS,
  STATUS_WORDS,
  WEBHOOK_WORDS,
} from './words.ts';

/** A part of the document: paragraphs, then a table of words and their meanings. */
export interface Section {
  readonly title: string;
  readonly text: readonly string[];
  readonly rows: readonly (readonly [word: string, meaning: string])[];
}

const rowsOf = (words: Readonly<Record<string, string>>) => Object.entries(words);

/** A pause in words: its largest unit. */
function inWords(milliseconds: number): string {
  const units = [
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [size, name] = units.find(([length]) => milliseconds >= length) ?? [1, 'ms'];
  return `${milliseconds / size} ${name}`;
}

/** Types of webhooks with their meanings. */
export const webhookTypes: readonly (readonly [type: string, meaning: string])[] = [
  ['payment.created', 'Only where the shop has `newPayments` on. A payment was created.'],
  ...STATUSES.filter((status) => status !== 'created').map(
    (status) =>
      [
        `payment.${status}`,
        `The status is, or the amounts have changed under, ${status}: ${STATUS_WORDS[status]}`,
      ] as const,
  ),
  ...rowsOf(WEBHOOK_WORDS),
];

export const sections: readonly Section[] = [
  {
    title: 'Statuses',
    text: ['The `status` of a payment, and of each attempt.'],
    rows: rowsOf(STATUS_WORDS),
  },
  {
    title: 'States of an operation',
    text: [
      'A capture, cancel or refund is recorded before the provider is called, and the provider is called once.',
    ],
    rows: rowsOf(OPERATION_STATE_WORDS),
  },
  {
    title: 'Webhooks',
    text: [
      'The address of the shop gets a POST for every change of a status or of amounts, and of what became of an operation. They follow Standard Webhooks 1.0: `webhook-id` is the same in every try of a message, `webhook-timestamp` is in seconds, `webhook-signature` has `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`, one for each live secret. The key is what comes after `whsec_`, in base64.',
      'The body is `{"type", "timestamp", "data"}`: `data` is the payment as a list shows it, without links. `previousStatus` is there where the payment had one; `late: true` where money came after the payment had ended. Messages may come twice and out of order: of two, the one with the higher `data.version` is newer.',
      `Any 2xx means that the shop has it; 410 that nobody wants it; anything else, and no answer within 15 seconds, that it is sent again: after ${MESSAGE_PAUSES.map(inWords).join(', ')}, each up to a fifth longer; then no more. POST /v1/payments/:id/deliveries sends the newest again.`,
      '`GET /v1/events` has the same messages for 30 days, whether or not an endpoint wants them.',
      'A shop may have several endpoints. Each has a secret, a dialect and a choice of types of its own, and tries of its own: one that does not answer holds up no other. The `webhook-id` of a message is the same at every endpoint. One that has taken nothing for five days is switched off.',
    ],
    rows: webhookTypes,
  },
  {
    title: 'The way back',
    text: [
      'The shopper comes back to `returnUrl.success` or `returnUrl.failure` of the payment, or else of the shop. The address is a hint for the page to show: the payment as it is read, or the webhook, is the result.',
      'What is added is signed: `signature` is base64url without padding of HMAC-SHA-256 over `payment.reference.status.expires`, joined by dots. Its key is the HMAC-SHA-256 of the text `return` under the bytes of `webhookSecret`, the newest during a rotation. Refuse a `payment` that is not 16 capital letters and digits, and a dot in `status` or `expires`: with dots there, the signed text would be that of another reference. A `status` that is not signed, or whose `expires` is over, is never to be trusted: anybody can type it.',
    ],
    rows: [
      ['payment', "The payment's id."],
      ['reference', 'Your reference.'],
      ['status', 'Its status when the shopper came back; it may have changed since.'],
      ['expires', 'Until when the signature is good: seconds since 1970.'],
      ['signature', 'Over the four of them.'],
    ],
  },
  {
    title: 'Events of the log',
    text: ['The `type` of each event of `GET /v1/payments/:id/events`.'],
    rows: rowsOf(EVENT_WORDS),
  },
  {
    title: 'What needs a person',
    text: ['The `kind` of each entry of `GET /v1/admin/attention`.'],
    rows: rowsOf(ATTENTION_WORDS),
  },
  {
    title: 'Errors',
    text: [
      'Errors are problem documents (RFC 9457). `code` is for programs, `detail` for people. What is sent again with the same reference, or the same Idempotency-Key, is done once.',
    ],
    rows: Object.entries(PROBLEM_WORDS).map(([code, meaning]) => [
      code,
      `${PROBLEMS[code as keyof typeof PROBLEMS].status}. ${meaning}`,
    ]),
  },
];

/** The sections as Markdown. */
export function markdown(): string {
  return sections
    .map(({ title, text, rows }) =>
      [`## ${title}`, ...text, rows.map(([word, meaning]) => `- \`${word}\`: ${meaning}`).join('\n')].join(
        '\n\n',
      ),
    )
    .join('\n\n');
}
