/** The named recipes, of both web services and of webhooks. Facts: SHEET.md; the vendor's libraries and their tests. */
import { Refusal } from '../../payments/errors.ts';
import type { Status } from '../../payments/statuses.ts';
import { base64, fromBase64, utf8 } from '../../signing/bytes.ts';
import { rawEcdsaSignature } from '../../signing/ecdsa.ts';
import type { Json, Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { textFields } from '../kit/form-message.ts';
import { fewValues } from '../kit/json-message.ts';
import { statusAlone, type Verified, verdict } from '../kit/verdict.ts';
import { goodBody } from './api.ts';
import { memberAmount, transactionMembers } from './members.ts';
import { type SignedCall, signToken, signXMac } from './request-signatures.ts';
import type { CheckoutSettings } from './settings.ts';
import { pageAddress } from './start.ts';
import { outcomeOfWords, updateOfTransaction } from './transactions.ts';
import { isOfRefund, readWebhook, type Webhook } from './webhook.ts';
import { readSignature, verifySignature } from './webhook-signature.ts';

type Given = Partial<CheckoutSettings>;

function textOf(input: RecipeInput, name: string): string {
  const value = input.rest?.[name];
  return typeof value === 'string' ? value : '';
}

function callOf(input: RecipeInput): SignedCall {
  return {
    method: textOf(input, 'method'),
    path: textOf(input, 'url'),
    timestamp: Number(input.rest?.timestamp ?? 0),
  };
}

function signCall(settings: Given, input: RecipeInput): Signed {
  return settings.mode === 'v2' ? signToken(settings, callOf(input)) : signXMac(settings, callOf(input));
}

/**
 * The status that a message speaks of, before what it names was read: no message has an amount. Of a refund no more can be said than
 * that a part was given back.
 */
function statusOf(said: Webhook): Status | null {
  const { state } = said;
  if (!state) return null;
  if (isOfRefund(said)) return state === 'SUCCESSFUL' ? 'partially_refunded' : null;
  return statusAlone({ outcome: outcomeOfWords(state) });
}

/** The message of a vector, of the space in its settings. */
function messageOf({ space_id = '', webhook_listener_id }: Given, text: string): Webhook {
  return readWebhook(text, { space_id, webhook_listener_id });
}

/** The key that a vector has for a number. @throws Refusal */
function keyIn(input: RecipeInput, keyId: string): string {
  const keys = (input.rest?.public_keys ?? {}) as Readonly<Record<string, Json>>;
  const key = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (typeof key !== 'string') throw new Refusal('signature_mismatch', `there is no key ${keyId}`);
  return key;
}

function headerOf(input: RecipeInput): string {
  return textFields(input).find(([name]) => name.toLowerCase() === 'x-signature')?.[1] ?? '';
}

async function verified(settings: Given, input: RecipeInput): Promise<Verified> {
  const base = utf8(input.raw ?? '');
  const header = headerOf(input);
  if (header === '') throw new Refusal('signature_missing', 'there is no X-Signature');
  const signature = readSignature(header);
  await verifySignature(signature, keyIn(input, signature.keyId), base);
  const said = messageOf(settings, fewValues(base));
  return { base, signature: base64(signature.der), status: statusOf(said) };
}

/** Of a listener without signatures: a reason to ask, if it is about our space. */
function unsigned(settings: Given, input: RecipeInput): Verdict {
  return verdict(() => {
    const base = utf8(input.raw ?? '');
    messageOf(settings, fewValues(base));
    return { base, signature: '', status: null };
  });
}

/** A DER signature as WebCrypto takes it. @throws Refusal signature_malformed */
function rawSignature(input: RecipeInput): Signed {
  const der = fromBase64(textFields(input).find(([name]) => name === 'der')?.[1] ?? '');
  const raw = der && rawEcdsaSignature(der);
  if (!der || !raw) throw new Refusal('signature_malformed', 'it is no DER of two numbers');
  return { base: der, algorithm: 'none', signature: base64(raw) };
}

/** An answer: the address of a page, or the state of a transaction. */
function readAnswer(input: RecipeInput): Readonly<Record<string, Json>> {
  const answer = {
    status: Number(input.rest?.http_status ?? 200),
    text: input.raw ?? '',
    headers: new Headers(),
  };
  if (answer.status !== 200) return { valid: false };
  if (input.rest?.operation === 'start')
    return { valid: true, expected: { redirect: pageAddress(answer, true) } };
  const said = transactionMembers(goodBody('was asked', answer));
  const { currency = '', merchantReference = '' } = said;
  const update = updateOfTransaction(said, new Date(0));
  const refunded = memberAmount(said.refundedAmount ?? 0, currency, 'refundedAmount');
  const isPart = typeof update.amount === 'number' && refunded < update.amount;
  const given = isPart ? 'partially_refunded' : 'refunded';
  return {
    valid: true,
    status: update.outcome === 'paid' && refunded > 0 ? given : statusAlone(update),
    expected: {
      amount: typeof update.amount === 'number' ? update.amount : null,
      currency,
      reference: merchantReference,
    },
  };
}

export const checkoutSignatures: Record<string, Recipe<CheckoutSettings>> = {
  'api-signature': { kind: 'sign', sign: signCall },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) => verdict(() => verified(settings, input)),
  },
  'notification-unsigned': { kind: 'verify', verify: unsigned },
  primitive: { kind: 'sign', sign: (_settings, input) => rawSignature(input) },
  'api-response': { kind: 'case', answer: (_settings, input) => readAnswer(input) },
};
