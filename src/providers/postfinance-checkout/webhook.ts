/**
 * Webhooks: never more than a reason to ask. A message names what has changed by its number alone, without our order number, so it is
 * read at the platform whose order it is; what it came to, the status query says. SHEET.md, "Notification".
 */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { fromOrderNumber } from '../../payments/id.ts';
import type {
  Acknowledgement,
  Hint,
  ProviderAccount,
  ProviderRequest,
  VerificationContext,
} from '../contract.ts';
import { jsonText, parseMessage, readMembers } from '../kit/json-message.ts';
import { type Caller, callCheckout, goodBody, saysNone } from './api.ts';
import { type CheckoutTransaction, idOfTransaction, operationIn, transactionMembers } from './members.ts';
import type { CheckoutSettings } from './settings.ts';
import { requireSpaceEnvironment } from './transactions.ts';
import { platformKey } from './webhook-keys.ts';
import { readSignature, verifySignature } from './webhook-signature.ts';

/** The platform's numbers of what its messages are about. */
const ENTITIES = { transaction: 1_472_041_829_003, refund: 1_472_041_839_405 } as const;

const NUMBER = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const WEBHOOK = v.object({
  eventId: v.nullish(v.number()),
  entityId: NUMBER,
  listenerEntityId: NUMBER,
  listenerEntityTechnicalName: v.nullish(v.string()),
  spaceId: NUMBER,
  state: v.nullish(v.string()),
  webhookListenerId: v.nullish(v.number()),
});

/** What a webhook says. */
export type Webhook = v.InferOutput<typeof WEBHOOK>;

/**
 * Reads a message, which proves nothing yet.
 * @throws Refusal when it is none, is about another merchant's space, or is of a listener that is not ours.
 */
export function readWebhook(
  text: string,
  { space_id, webhook_listener_id }: Pick<CheckoutSettings, 'space_id' | 'webhook_listener_id'>,
): Webhook {
  const said = readMembers(WEBHOOK, parseMessage(text));
  if (String(said.spaceId) !== space_id)
    throw new Refusal('wrong_account', `the message is about the space ${said.spaceId}`);
  const ours = webhook_listener_id?.split(',');
  if (ours && !ours.includes(String(said.webhookListenerId ?? '')))
    throw new Refusal('wrong_account', `the message is of the listener ${said.webhookListenerId}`);
  return said;
}

/** Whether a message is about a refund, and not about a transaction. */
export function isOfRefund({ listenerEntityId }: Webhook): boolean {
  return listenerEntityId === ENTITIES.refund;
}

/** What is read at the platform. @throws Refusal when it is not in the space; Problem when the platform does not say. */
async function readAt(caller: Caller, name: 'read' | 'readRefund', id: number): Promise<unknown> {
  const answer = await callCheckout(caller, name, { id: String(id) });
  if (saysNone(answer)) throw new Refusal('wrong_account', `there is no ${id} in the space`);
  return goodBody('was asked about what a webhook names', answer);
}

/** The transaction that a message is about. @throws Refusal, Problem */
async function transactionAt(caller: Caller, said: Webhook): Promise<CheckoutTransaction> {
  if (!isOfRefund(said)) return transactionMembers(await readAt(caller, 'read', said.entityId));
  const refund = operationIn(await readAt(caller, 'readRefund', said.entityId));
  const { transaction } = refund;
  if (typeof transaction === 'object' && transaction.merchantReference !== undefined) return transaction;
  const id = idOfTransaction(refund);
  if (id === null) throw new Refusal('wrong_account', 'the refund is of no transaction');
  return transactionMembers(await readAt(caller, 'read', id));
}

/**
 * Checks a webhook and finds the order that it is about.
 * @throws Refusal when it is not to be believed; Problem when the platform cannot be asked, so that it is sent again.
 */
export async function takeWebhook(
  request: ProviderRequest,
  account: ProviderAccount<CheckoutSettings>,
  context: VerificationContext,
): Promise<Hint | Acknowledgement> {
  const { settings } = account;
  const caller: Caller = { account, now: context.now, fetch: context.fetch };
  // Before anything is fetched for it.
  const said = readWebhook(jsonText(request), settings);
  const header = request.headers['x-signature'] ?? '';
  if (header !== '') {
    const signature = readSignature(header);
    await verifySignature(signature, await platformKey(caller, signature.keyId), request.body);
  } else if (settings.require_signature)
    throw new Refusal(
      'signature_missing',
      'there is no X-Signature: switch "payload signature and state" on at the listener',
    );
  const isOurs = Object.values<number>(ENTITIES).includes(said.listenerEntityId);
  if (!isOurs)
    return { kind: 'acknowledgement', about: said.listenerEntityTechnicalName ?? 'something else' };
  const transaction = await transactionAt(caller, said);
  const { linkedSpaceId, merchantReference = '' } = transaction;
  if (linkedSpaceId !== undefined && String(linkedSpaceId) !== settings.space_id)
    throw new Refusal('wrong_account', 'the transaction is of another space');
  // Other programmes of the merchant may use the space too: an error would have the platform pause the listener.
  if (fromOrderNumber(merchantReference) === null)
    return { kind: 'acknowledgement', about: 'a transaction of another programme' };
  requireSpaceEnvironment(account, transaction);
  return { kind: 'hint', order: merchantReference, about: {} };
}
