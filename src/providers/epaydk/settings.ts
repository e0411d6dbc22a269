/** The settings of an ePay account. */
import * as v from 'valibot';
import { pattern, secret, shown, text } from '../kit/settings.ts';

/** What an account has to say about itself; the sheet's "Account settings". */
export const epaydkSettings = v.object({
  merchantnumber: v.pipe(
    text(1, 12),
    shown({ title: 'Merchant number', description: 'Test and production differ.' }),
  ),
  secret: v.pipe(
    text(8, 128),
    secret({ title: 'MD5 key', description: 'Set the MD5 check to "on accepturl and by authorization".' }),
  ),
  timeout: v.optional(
    v.pipe(
      pattern(/^\d{1,3}$/, 'is a number of minutes'),
      shown({ title: 'Minutes until the window closes' }),
    ),
    '60',
  ),
  instantcallback: v.optional(
    v.pipe(v.picklist(['0', '1']), shown({ title: 'Callback before the return' })),
    '1',
  ),
  instantcapture: v.optional(
    v.pipe(
      v.picklist(['0', '1']),
      shown({ title: 'Capture at once', description: '0: authorise, capture later.' }),
    ),
    '1',
  ),
  windowstate: v.optional(
    v.pipe(v.picklist(['1', '2', '3', '4']), shown({ title: 'Window', description: '3: full screen.' })),
    '3',
  ),
  language: v.optional(
    v.pipe(
      pattern(/^(?:\d|1[0-3])$/, 'is 0 to 13'),
      shown({ title: 'Language', description: '0: automatic.' }),
    ),
    '0',
  ),
  web_service: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'The payment web service may be called',
        description:
          'Says whether money was taken or is only held. Off: in production a person has to say it of each payment.',
      }),
    ),
    true,
  ),
  webservice_password: v.optional(
    v.pipe(
      text(0, 64),
      secret({
        title: 'Password of the web service',
        description: 'For capture, delete and credit; empty where the panel limits the addresses.',
      }),
    ),
  ),
});

export type EpaydkSettings = v.InferOutput<typeof epaydkSettings>;

/** Secrets that everybody has: of django-getpaid's example. */
export const EPAYDK_PUBLISHED_SECRETS: readonly string[] = ['4e89ea552f492d6711a6c13f99a2a1d4'];
