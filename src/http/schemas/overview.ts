/** Sums for the operator's first page. */
import * as v from 'valibot';
import { STATUSES } from '../../payments/statuses.ts';
import { told } from './values.ts';

export const overviewQuery = v.strictObject({
  zone: told(
    'The time zone whose days are counted, as IANA names it; UTC unless given.',
    v.optional(v.pipe(v.string(), v.maxLength(60), v.metadata({ examples: ['Europe/Zurich'] }))),
  ),
  days: told(
    'So many days, today among them; 30 unless given.',
    v.optional(v.pipe(v.string(), v.regex(/^(?:90|[1-8]?[1-9]|[1-8]0)$/, 'is a number from 1 to 90'))),
  ),
});

const day = told('`YYYY-MM-DD` in that zone.', v.string());
const test = told('No real money.', v.boolean());
const count = (description: string) => told(description, v.number());

export const overview = v.object({
  zone: told('Whose days these are.', v.string()),
  days: told('The days, the oldest first; the last one is today.', v.array(v.string())),
  today: told(
    'The payments that were created today.',
    v.object({
      day,
      statuses: told(
        'How many have which status now; one without any is left out.',
        v.array(
          v.object({
            status: told('As of a payment.', v.picklist(STATUSES)),
            test,
            count: count('So many.'),
          }),
        ),
      ),
    }),
  ),
  sums: told(
    'The money by the day on which the amount of a payment had come (`paidAt`); what has no payments is left out.',
    v.array(
      v.object({
        day,
        currency: told('ISO 4217.', v.string()),
        provider: told('The `provider` of the payments.', v.string()),
        test,
        count: count('Payments.'),
        paid: count('What they have brought, in minor units.'),
        refunded: count('What of it was given back since, on whichever day.'),
      }),
    ),
  ),
});
