/** The files of a provider that is to be written: each says what is to be filled in, and fails until it is. */

/** Paths from the project's root, and their content. */
export type Skeleton = Readonly<Record<string, string>>;

/** The name of a provider as a JavaScript name: `acme-pay` is `acmePay`. */
export function nameOf(id: string): string {
  return id.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

/** The same with a capital: `AcmePay`. */
function typeNameOf(id: string): string {
  const name = nameOf(id);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** As a constant: `ACME_PAY`. */
function constantOf(id: string): string {
  return id.toUpperCase().replaceAll('-', '_');
}

function sheet(id: string): string {
  return `# ${id}

Providers: ${id}

What it is, where it is used, whether it is alive. Facts only; what could not be confirmed is marked **unverified**, with the
safe reading that was taken.

## Account settings

| setting | meaning | type and validation | default | required | secret? |
|---|---|---|---|---|---|

## Starting a payment

Addresses in test and production, fields with their lengths, charset, the amount's form.

### Signature of a request

## Notification

Method, parameters, what is signed over which bytes, what repeats look like, the exact reply.

How a message leads to our order: does it echo our order number, or only a number of the provider's own?

### What its signature proves

Whose key signs (the merchant's, or the platform's for everybody), which fields are covered and which are not, whether names and borders
are covered, what marks test or live, whether a request can be read as an answer.

## Browser return

## Statuses

### Statuses: STATUS

| code | outcome | meaning | note |
|---|---|---|---|

Codes stand in backquotes, with commas between them: \`00\`, \`05\`..\`09\`. An outcome is a word of src/payments/statuses.ts.

### Operations: refund

One table for each kind of operation that has words of its own, entered in test/providers/operation-tables.test.ts.

| code | state | meaning | note |
|---|---|---|---|

## After payment

Capture, cancel, refund, status query: addresses, fields, answers. Which answers are the provider's own no, and which decide nothing. Where
an operation is found again whose answer was lost: by our name for it, by the provider's number, or by a total.

## Traps

## Sources
`;
}

function settings(id: string): string {
  return `/** The settings of an account at ${id} (SHEET.md, "Account settings"). */
import * as v from 'valibot';
import { secret, shown, text } from '../kit/settings.ts';

export const ${nameOf(id)}Settings = v.object({
  merchant_id: v.pipe(text(1, 64), shown({ title: 'Merchant number' })),
  secret_key: v.pipe(text(16, 128), secret({ title: 'Secret key' })),
});

export type ${typeNameOf(id)}Settings = v.InferOutput<typeof ${nameOf(id)}Settings>;
`;
}

function signatures(id: string): string {
  return `/** The named recipes of ${id} (SHEET.md, "Signature of a request" and "Notification"); start and notification use no others. */
import type { Recipe, RecipeInput, Signed } from '../contract.ts';
import { verdict } from '../kit/verdict.ts';
import type { ${typeNameOf(id)}Settings } from './settings.ts';

function sign(_settings: Partial<${typeNameOf(id)}Settings>, _input: RecipeInput): Signed {
  throw new Error('src/providers/${id}/signatures.ts: fill in how a request is signed');
}

export const ${nameOf(id)}Signatures: Record<string, Recipe<${typeNameOf(id)}Settings>> = {
  'request-signature': { kind: 'sign', sign },
  'notification-signature': {
    kind: 'verify',
    verify: () =>
      verdict(() => {
        throw new Error('src/providers/${id}/signatures.ts: fill in how a notification is verified');
      }),
  },
};
`;
}

function statuses(id: string): string {
  return `/** What the codes of ${id} stand for (SHEET.md, "Statuses"). */
import { statusTable } from '../kit/statuses.ts';

// Fill in a row for each code: ['00', 'paid', 'accepted'].
export const ${constantOf(id)}_STATUSES = statusTable([]);
`;
}

function provider(id: string): string {
  return `/**
 * ${id}. What it is, in a sentence.
 *
 * Facts: SHEET.md. Safe readings of what is unverified there: fill in.
 */
import { charset } from '../../signing/charsets.ts';
import { defineProvider } from '../contract.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { ${nameOf(id)}Proof } from './proof.ts';
import { ${nameOf(id)}Settings } from './settings.ts';
import { ${nameOf(id)}Signatures } from './signatures.ts';
import { ${constantOf(id)}_STATUSES } from './statuses.ts';

export const ${nameOf(id)} = defineProvider({
  id: '${id}',
  aliases: [],
  caption: '${id}',
  countries: [],
  currencies: ['EUR'],
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: ${nameOf(id)}Settings,
  proof: ${nameOf(id)}Proof,
  signatures: ${nameOf(id)}Signatures,
  statuses: { STATUS: ${constantOf(id)}_STATUSES },
  likelyCauses: [],
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: false,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start() {
    throw new Error('src/providers/${id}/index.ts: fill in start, which builds and signs the redirect');
  },

  async notification() {
    throw new Error('src/providers/${id}/index.ts: fill in notification, which verifies a message and reads it');
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [{ where: 'Fill in: where the merchant enters the notification address', value: callback }],
});
`;
}

function proof(id: string): string {
  return `/** What the signatures of ${id} prove. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { ${typeNameOf(id)}Settings } from './settings.ts';

export function ${nameOf(id)}Proof(_settings: ${typeNameOf(id)}Settings, channel: Channel): Proof {
  // The return is unsigned: our own order number in it is a reason to ask.
  if (channel === 'return') return unsignedProof(['o']);
  // Fill in: the fields that are covered, and why no request of ours can be read as an answer.
  return merchantProof([], { requestIsNoAnswer: '' });
}
`;
}

function bank(id: string): string {
  return `/** The bank of ${id}: written from its documents, not from our provider; it checks our signature by its own recipe. */
import { type Bank, BankError } from '../kit/bank.ts';

export const ${nameOf(id)}Bank: Bank = {
  providers: ['${id}'],
  caption: '${id}',
  pages: [],
  decisions: ['pay', 'decline'],
  receive() {
    throw new BankError('signature', 'src/sandbox/banks/${id}.ts: fill in how the bank reads and checks our redirect');
  },
  notification() {
    throw new Error('src/sandbox/banks/${id}.ts: fill in the notification of a decision, signed by the bank');
  },
  back() {
    throw new Error('src/sandbox/banks/${id}.ts: fill in where the shopper goes back to');
  },
};
`;
}

function test(id: string): string {
  return `/** What is special about ${id}; what every provider has to do is in conformance.test.ts. */
import { describe, expect, it } from 'vitest';
import { ${nameOf(id)} } from '../../../src/providers/${id}/index.ts';

describe('${id}', () => {
  it('has a caption that people know', () => {
    expect(${nameOf(id)}.caption, 'src/providers/${id}/index.ts: fill in the caption').not.toBe('${id}');
  });
});
`;
}

/** Every file of a new provider. */
export function skeletonOf(id: string): Skeleton {
  return {
    [`src/providers/${id}/SHEET.md`]: sheet(id),
    [`src/providers/${id}/settings.ts`]: settings(id),
    [`src/providers/${id}/signatures.ts`]: signatures(id),
    [`src/providers/${id}/statuses.ts`]: statuses(id),
    [`src/providers/${id}/proof.ts`]: proof(id),
    [`src/providers/${id}/index.ts`]: provider(id),
    [`src/sandbox/banks/${id}.ts`]: bank(id),
    [`test/providers/${id}/${id}.test.ts`]: test(id),
    [`test/providers/${id}/vectors.json`]: `${JSON.stringify({ provider: id, vectors: [] }, null, 2)}\n`,
  };
}
