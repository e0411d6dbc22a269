/** The members of payments, captures and refunds that are read, in webhooks and answers alike (SHEET.md). */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';

const TEXT = v.nullish(v.string());

/** Minor units of ISO 4217, and the alpha code. */
const MONEY = v.nullish(v.object({ amount: v.nullish(v.number()), currencyCode: TEXT }));

const REFERENCES = v.nullish(v.object({ merchantReference: TEXT }));

const STATUS_OUTPUT = v.nullish(
  v.object({
    statusCode: v.nullish(v.union([v.pipe(v.number(), v.integer()), v.string()])),
    errors: v.nullish(v.array(v.object({ errorCode: TEXT }))),
  }),
);

const CARD_OUTPUT = v.nullish(
  v.object({
    paymentProductId: v.nullish(v.number()),
    card: v.nullish(v.object({ cardNumber: TEXT, expiryDate: TEXT })),
    threeDSecureResults: v.nullish(v.object({ liability: TEXT })),
  }),
);

/** `paymentOutput`, `captureOutput`, `refundOutput`. */
const OUTPUT = v.nullish(
  v.object({
    amountOfMoney: MONEY,
    acquiredAmount: MONEY,
    references: REFERENCES,
    operationReferences: REFERENCES,
    cardPaymentMethodSpecificOutput: CARD_OUTPUT,
  }),
);

const STATE = { id: TEXT, status: TEXT, statusOutput: STATUS_OUTPUT };

export const PAYMENT = v.object({
  ...STATE,
  paymentOutput: OUTPUT,
  hostedCheckoutSpecificOutput: v.nullish(v.object({ hostedCheckoutId: TEXT })),
});
export const CAPTURE = v.object({ ...STATE, captureOutput: OUTPUT });
export const REFUND = v.object({ ...STATE, refundOutput: OUTPUT });

/** One of `Operations` in the details of a payment. */
export const OPERATION = v.object({
  ...STATE,
  amountOfMoney: MONEY,
  references: REFERENCES,
  operationReferences: REFERENCES,
});

export type WorldlinePayment = v.InferOutput<typeof PAYMENT>;
export type Output = v.InferOutput<typeof OUTPUT>;
type Money = v.InferOutput<typeof MONEY>;

/** The parts that payments, captures, refunds and operations share. */
export interface Stated {
  readonly id?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly statusOutput?: WorldlinePayment['statusOutput'];
}

/** The number of a status as text; empty: there is none. */
export function codeOf({ statusOutput }: Stated): string {
  const code = statusOutput?.statusCode;
  return code === null || code === undefined ? '' : String(code);
}

/** The codes of the errors that a status comes with. */
export function errorCodesOf({ statusOutput }: Stated): readonly string[] {
  return (statusOutput?.errors ?? []).flatMap(({ errorCode }) => errorCode ?? []);
}

/** An amount in minor units; null: there is none that can be read. */
export function amountOf(money: Money): number | null {
  const amount = money?.amount;
  return Number.isSafeInteger(amount) && Number(amount) >= 0 ? Number(amount) : null;
}

export function currencyOf(money: Money): string | null {
  return money?.currencyCode || null;
}

/** The two numbers of `3254564310_1`: of the payment, which never changes, and of the operation, 0 the payment itself. */
export interface OperationId {
  readonly id: string;
  readonly payment: string;
  readonly operation: number;
}

/** Of ids from before the underscore, the last three digits count the operations. */
const ID = /^(\d{4,20})_(\d{1,6})$|^(\d{8,24})(\d{3})$/;

/** @throws Refusal malformed when an id has another form. */
export function operationId(id: string | null | undefined): OperationId {
  const [, payment, operation, older, counted] = ID.exec(id ?? '') ?? [];
  const [first, second] = [payment ?? older, operation ?? counted];
  if (!id || first === undefined || second === undefined)
    throw new Refusal('malformed', 'there is no payment id, or it has another form');
  return { id, payment: first, operation: Number(second) };
}
