/**
 * The members of a webhook, each in its type. Whether a message has these types is tested in place, in a tenth of the time that the schema takes to copy
 * them; only one that has not goes through the schema, which names the member.
 */
import * as v from 'valibot';
import { parseMessage, readMembers } from '../kit/json-message.ts';
import { PAYMENT, REFUND } from './members.ts';

/** Those of payouts, tokens, payment links and batches have neither payment nor refund. */
export const WORLDLINE_EVENT = v.object({
  id: v.nullish(v.string()),
  merchantId: v.nullish(v.string()),
  type: v.nullish(v.string()),
  payment: v.nullish(PAYMENT),
  refund: v.nullish(
    v.object({
      ...REFUND.entries,
      refundOutput: v.nullish(
        v.object({
          ...REFUND.entries.refundOutput.wrapped.entries,
          cardPaymentMethodSpecificOutput: v.nullish(
            v.object({ totalAmountPaid: v.nullish(v.number()), totalAmountRefunded: v.nullish(v.number()) }),
          ),
        }),
      ),
    }),
  ),
});

export type WorldlineEvent = v.InferOutput<typeof WORLDLINE_EVENT>;

type Members = Readonly<Record<string, unknown>>;

function isNone(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isText(value: unknown): boolean {
  return isNone(value) || typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return isNone(value) || typeof value === 'number';
}

function isObject(value: unknown, hasTypes: (members: Members) => boolean): boolean {
  return isNone(value) || (typeof value === 'object' && hasTypes(value as Members));
}

const isMoney = ({ amount, currencyCode }: Members) => isNumber(amount) && isText(currencyCode);
const isReferences = ({ merchantReference }: Members) => isText(merchantReference);

const isStatusOutput = ({ statusCode, errors }: Members) =>
  (isText(statusCode) || Number.isInteger(statusCode)) &&
  (isNone(errors) || (Array.isArray(errors) && errors.every(isError)));
const isError = (error: unknown) => !isNone(error) && isObject(error, ({ errorCode }) => isText(errorCode));

const isStated = ({ id, status, statusOutput }: Members) =>
  isText(id) && isText(status) && isObject(statusOutput, isStatusOutput);

const isOutput = ({ amountOfMoney, acquiredAmount, references, operationReferences }: Members) =>
  isObject(amountOfMoney, isMoney) &&
  isObject(acquiredAmount, isMoney) &&
  isObject(references, isReferences) &&
  isObject(operationReferences, isReferences);

const isCard = ({ cardNumber, expiryDate }: Members) => isText(cardNumber) && isText(expiryDate);
const isThreeDSecure = ({ liability }: Members) => isText(liability);
const isCardOutput = ({ paymentProductId, card, threeDSecureResults }: Members) =>
  isNumber(paymentProductId) && isObject(card, isCard) && isObject(threeDSecureResults, isThreeDSecure);
const isTotals = ({ totalAmountPaid, totalAmountRefunded }: Members) =>
  isNumber(totalAmountPaid) && isNumber(totalAmountRefunded);

const isPaymentOutput = (output: Members) =>
  isOutput(output) && isObject(output.cardPaymentMethodSpecificOutput, isCardOutput);
const isRefundOutput = (output: Members) =>
  isOutput(output) && isObject(output.cardPaymentMethodSpecificOutput, isTotals);

const isCheckout = ({ hostedCheckoutId }: Members) => isText(hostedCheckoutId);
const isPayment = (payment: Members) =>
  isStated(payment) &&
  isObject(payment.paymentOutput, isPaymentOutput) &&
  isObject(payment.hostedCheckoutSpecificOutput, isCheckout);
const isRefund = (refund: Members) => isStated(refund) && isObject(refund.refundOutput, isRefundOutput);

/** Whether the members that WORLDLINE_EVENT names have their types. What else there is stays unread. */
function isEvent(parsed: unknown): parsed is WorldlineEvent {
  if (typeof parsed !== 'object' || parsed === null) return false;
  const { id, merchantId, type, payment, refund } = parsed as Members;
  return (
    isText(id) &&
    isText(merchantId) &&
    isText(type) &&
    isObject(payment, isPayment) &&
    isObject(refund, isRefund)
  );
}

/** @throws Refusal when the text is no such JSON, naming the first member of another type. */
export function readWorldlineEvent(text: string): WorldlineEvent {
  const parsed = parseMessage(text);
  return isEvent(parsed) ? parsed : readMembers(WORLDLINE_EVENT, parsed);
}
