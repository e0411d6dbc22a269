/** The settings of a dummy account. Nothing in them is secret. */
import * as v from 'valibot';
import { pattern, shown, text } from '../kit/settings.ts';

const webUrl = pattern(/^https?:\/\/[^\s?#]+$/, 'is an http or https address without a query');

export const dummySettings = v.object({
  dialect: v.optional(
    v.pipe(
      v.picklist(['eopayment', 'getpaid']),
      shown({ title: 'Dialect', description: 'Whose dummy it plays.' }),
    ),
    'eopayment',
  ),
  dummy_service_url: v.optional(
    v.pipe(webUrl, shown({ title: 'Address of the bank page' })),
    'http://dummy-payment.demo.entrouvert.com/',
  ),
  siret: v.optional(v.pipe(text(1, 50), shown({ title: 'Made-up shop number' }))),
  origin: v.optional(v.pipe(text(1, 100), shown({ title: 'Name of the shop on the page' }))),
  consider_all_response_signed: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Count every response as signed',
        description: 'For laptops that no bank can call: the browser return then counts too.',
      }),
    ),
    false,
  ),
  paywall_method: v.optional(
    v.pipe(
      v.picklist(['REST', 'GET', 'POST']),
      shown({ title: 'How getpaid orders are handed over', description: 'REST registers the order first.' }),
    ),
    'REST',
  ),
  confirmation_method: v.optional(
    v.pipe(v.picklist(['push', 'pull']), shown({ title: 'Confirmation (getpaid)' })),
    'push',
  ),
  confirmation_status: v.optional(
    v.pipe(v.picklist(['paid', 'pre_auth', 'failed']), shown({ title: 'What a pull answers (getpaid)' })),
    'paid',
  ),
});

export type DummySettings = v.InferOutput<typeof dummySettings>;
