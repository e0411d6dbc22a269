/** What a shop asks for on a forger's behalf: every free text of a request may be hostile. */
import { Problem } from '../../src/payments/errors.ts';
import type { PaymentRequest, Redirect } from '../../src/payments/types.ts';
import { BankError } from '../../src/sandbox/kit/bank.ts';
import { formOfPage } from '../../src/sandbox/kit/shopper.ts';

/** What is hostile in the request of one payment. */
export interface Wish {
  readonly texts: Readonly<Record<string, string>>;
  readonly providerFields: Readonly<Record<string, string>>;
}

const CUSTOMER: Readonly<Record<string, string>> = {
  email: 'zoe@example.com',
  firstName: 'Zoé',
  lastName: 'Müller',
  phone: '+33 6 12 34 56 78',
  line1: '12 rue de la Paix',
  postalCode: '75002',
  city: 'Paris',
};

/** The places of a request that are free text. */
export const PLACES = ['description', 'extraData', 'reference', ...Object.keys(CUSTOMER)] as const;

export function paymentOf(
  wish: Wish,
  money: Pick<PaymentRequest, 'amount' | 'currency' | 'capture'>,
): PaymentRequest {
  const said = (place: string) => wish.texts[place] ?? CUSTOMER[place] ?? '';
  return {
    ...money,
    reference: wish.texts.reference ?? 'order-1042',
    description: wish.texts.description ?? 'Two tickets',
    customer: {
      email: said('email'),
      firstName: said('firstName'),
      lastName: said('lastName'),
      phone: said('phone'),
      language: 'fr',
      address: {
        line1: said('line1'),
        postalCode: said('postalCode'),
        city: said('city'),
        country: 'FR',
      },
    },
    returnUrl: {},
    extraData: wish.texts.extraData ?? null,
    providerFields: wish.providerFields,
  };
}

/** Which hostile text an error is about, left out; null: there is none left. */
export function without(wish: Wish, error: unknown): Wish | null {
  const path =
    error instanceof Problem ? (error.errors[0]?.path ?? '') : error instanceof BankError ? error.field : '';
  const name = path.replace(/^providerFields\.|^customer\.(?:address\.)?/, '');
  if (name in wish.providerFields) {
    const { [name]: _left, ...providerFields } = wish.providerFields;
    return { ...wish, providerFields };
  }
  if (name in wish.texts) {
    const { [name]: _left, ...texts } = wish.texts;
    return { ...wish, texts };
  }
  if (Object.keys(wish.providerFields).length > 0) return { ...wish, providerFields: {} };
  return Object.keys(wish.texts).length > 0 ? { texts: {}, providerFields: {} } : null;
}

/** The names and values that a redirect carries. */
export function fieldsOf(redirect: Redirect): (readonly [string, string])[] {
  const { url } = redirect.kind === 'html' ? formOfPage(redirect.html) : redirect;
  const query = [...new URL(url, 'https://pay.test').searchParams];
  if (redirect.kind === 'url') return query;
  const form = redirect.kind === 'html' ? formOfPage(redirect.html) : redirect;
  return [...query, ...form.fields.map(({ name, value }) => [name, value] as const)];
}
