/** What a provider needs of a payment, as data: shops are told, and a payment without it is refused before anything is built or stored. */
import { Problem, type ProblemCode } from '../../payments/errors.ts';
import type { Installments } from '../../payments/installments.ts';
import { display } from '../../payments/money.ts';
import type { Capture, PaymentRequest, WantedMethod } from '../../payments/types.ts';
import { NO_SHOP_FIELDS, type ShopFields, shopFieldProblem } from './provider-fields.ts';

export interface Requirement<Settings> {
  /** Dotted path in the shop's request, `customer.email`. */
  readonly field: string;
  /** In characters; left out: what the API takes. */
  readonly maxLength?: number;
  /** Of which payments, and in which form, in words; left out: of all, in any. */
  readonly when?: string;
  /** Whether it is required of this one; left out: it is. */
  applies?(settings: Settings, payment: PaymentRequest): boolean;
  /** What is wrong with a value that is there, in words that follow the field's name; null: nothing. Amounts come as digits. */
  problemOf?(value: string, settings: Settings, payment: PaymentRequest): string | null;
}

/** As the API tells it. */
export interface ShownRequirement {
  readonly field: string;
  readonly maxLength: number | null;
  readonly when: string | null;
}

export function shownRequirement({ field, maxLength, when }: Requirement<never>): ShownRequirement {
  return { field, maxLength: maxLength ?? null, when: when ?? null };
}

/** The parts of a provider that say which payments it takes. */
interface Taker<Settings> {
  readonly caption: string;
  readonly maxAmount: number;
  readonly requires: readonly Requirement<Settings>[];
  shopFields?(settings: Settings): ShopFields;
  methodProblem?(method: WantedMethod, settings: Settings): string | null;
  installmentsProblem?(installments: Installments, settings: Settings): string | null;
  captureDefault?(settings: Settings): Capture;
  /** Left out: nothing is known of it. */
  readonly capabilities?: { readonly manualCapture: boolean };
}

const CODES: Readonly<Record<string, ProblemCode>> = {
  amount: 'amount_out_of_range',
  currency: 'unsupported_currency',
};

/** What a request has at a dotted path, as text; empty: nothing. */
function valueAt(payment: PaymentRequest, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name],
      payment,
    );
  return value === undefined || value === null ? '' : String(value).trim();
}

function unmet<Settings>(
  requirement: Requirement<Settings>,
  settings: Settings,
  payment: PaymentRequest,
): string | null {
  const { field, maxLength } = requirement;
  if (requirement.applies && !requirement.applies(settings, payment)) return null;
  const value = valueAt(payment, field);
  if (value === '') return 'is missing';
  if (maxLength !== undefined && Array.from(value).length > maxLength)
    return `takes at most ${maxLength} characters`;
  return requirement.problemOf?.(value, settings, payment) ?? null;
}

/** What the provider cannot do at all of what a shop has asked for; null: it can. */
function unsupported<Settings>(
  provider: Taker<Settings>,
  settings: Settings,
  { method, installments, capture }: PaymentRequest,
): Problem | null {
  const usual = provider.captureDefault?.(settings);
  const isHeld = (capture ?? usual) === 'manual';
  const never = (what: string) => `${provider.caption} cannot be told ${what}`;
  const byMethod =
    method &&
    (provider.methodProblem
      ? provider.methodProblem(method, settings)
      : never('by what means a payment is to be paid'));
  const byParts =
    installments &&
    (provider.installmentsProblem
      ? (provider.installmentsProblem(installments, settings) ??
        (isHeld ? 'parts are taken when they are due, and not held for a capture' : null))
      : never('to take a payment in parts'));
  // Money would be taken at another time than its shop is told.
  const isOther = capture !== null && provider.capabilities?.manualCapture === false && capture !== usual;
  const errors = [
    ...(isOther ? [{ path: 'capture', message: `is ${usual} by the account` }] : []),
    ...(byMethod ? [{ path: 'method', message: byMethod }] : []),
    ...(byParts ? [{ path: 'installments', message: byParts }] : []),
  ];
  if (errors.length === 0) return null;
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new Problem('unsupported_operation', detail, { errors });
}

/**
 * Why a payment cannot be started at an account with these settings, as far as settings and payment alone say it; null: it can.
 * Every requirement that is not met is named.
 */
export function paymentProblem<Settings>(
  provider: Taker<Settings>,
  settings: Settings,
  payment: PaymentRequest,
): Problem | null {
  const { amount, currency, providerFields } = payment;
  if (amount > provider.maxAmount) {
    return new Problem(
      'amount_out_of_range',
      `${provider.caption} takes at most ${display(provider.maxAmount, currency)}`,
      { errors: [{ path: 'amount', message: `is above ${provider.maxAmount}` }] },
    );
  }
  const lacking = unsupported(provider, settings, payment);
  if (lacking) return lacking;
  const field = shopFieldProblem(providerFields, provider.shopFields?.(settings) ?? NO_SHOP_FIELDS);
  const errors = [
    ...(field ? [{ path: `providerFields.${field.name}`, message: field.message }] : []),
    ...provider.requires.flatMap((requirement) => {
      const message = unmet(requirement, settings, payment);
      return message === null ? [] : [{ path: requirement.field, message }];
    }),
  ];
  const [first] = errors;
  if (!first) return null;
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new Problem(CODES[first.path] ?? 'invalid_request', `${provider.caption} wants ${detail}`, {
    errors,
  });
}
