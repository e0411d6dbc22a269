/**
 * The settings of an account at ASSIST: one merchant number, in one of the two generations of the protocol.
 *
 * Facts: SHEET.md, "Account settings".
 */
import * as v from 'valibot';
import type { ProviderAccount } from '../contract.ts';
import { called, pattern, secret, shown, text } from '../kit/settings.ts';

const flag = (title: string) => v.optional(v.pipe(v.boolean(), shown({ title })), false);

export const assistSettings = v.object({
  mode: v.optional(v.pipe(v.picklist(['current', 'legacy']), shown({ title: 'Protocol' })), 'current'),
  merchant_id: v.pipe(
    pattern(/^\d{1,12}$/, 'is a number'),
    shown({ title: 'Merchant_ID (legacy: Shop_IDP)' }),
  ),
  server: v.optional(
    v.pipe(
      pattern(/^https:\/\/[\w.-]+(?::\d+)?$/, 'is an https address without a path'),
      called({ title: 'Server', description: 'As the bank has told; left out, that of ASSIST itself.' }),
    ),
  ),
  salt: v.optional(
    v.pipe(text(1, 128), secret({ title: 'Secret word', description: 'Checkvalue, both ways.' })),
  ),
  delimiter: v.optional(
    v.pipe(
      v.picklist([';', '']),
      shown({ title: 'Separator of requests', description: 'Nothing for accounts not switched yet.' }),
    ),
    ';',
  ),
  rsa_private_key: v.optional(
    v.pipe(
      text(1, 8000),
      secret({ title: 'RSA key (PEM, PKCS #8)', description: 'Signature in place of Checkvalue.' }),
    ),
  ),
  sendresult_secret: v.optional(v.pipe(text(1, 128), secret({ title: 'Key of result sending (legacy)' }))),
  buyer_data: v.optional(
    v.pipe(
      v.picklist(['assist', 'shop']),
      shown({
        title: 'Who asks for the name (legacy)',
        description: 'assist: purchase.cfm; shop: cardpayment.cfm.',
      }),
    ),
    'assist',
  ),
  delay: flag('Two stages: authorise now, charge later'),
  testing: flag('Send DemoResult (legacy, test server)'),
  demo_result: v.optional(
    v.pipe(pattern(/^AS\d{3}$/, 'is AS and three digits'), shown({ title: 'DemoResult' })),
    'AS000',
  ),
  login: v.optional(v.pipe(text(1, 64), shown({ title: 'Login of the web services' }))),
  password: v.optional(v.pipe(text(1, 64), secret({ title: 'Password of the web services' }))),
});

export type AssistSettings = v.InferOutput<typeof assistSettings>;

/** The settings of a recipe that is tried alone. Where only the merchant's public key is known, a signature is checked with it. */
export type AssistRecipeSettings = Partial<AssistSettings> & { readonly rsa_public_key_pem?: string };

/** Whether an account speaks the protocol of around 2009, with Shop_IDP and windows-1251. */
export function isLegacy({ mode }: AssistRecipeSettings): boolean {
  return mode === 'legacy';
}

const LEGACY_TEST_SERVER = 'https://test.assist.ru';
const CURRENT_TEST_SERVER = 'https://payments.demo.paysecure.ru';

/** Where no money is real. */
export const TEST_SERVERS: readonly string[] = [LEGACY_TEST_SERVER, CURRENT_TEST_SERVER];

/** The origin of an account's server: the one that the bank has told, else that of ASSIST itself. */
export function assistServer({ environment, settings }: ProviderAccount<AssistSettings>): string {
  if (settings.server) return settings.server;
  const isReal = environment === 'production';
  const test = isLegacy(settings) ? LEGACY_TEST_SERVER : CURRENT_TEST_SERVER;
  if (!isReal) return test;
  return isLegacy(settings) ? 'https://secure.assist.ru' : 'https://payments.paysecure.ru';
}

/** Secrets that everybody has: of this project's examples, which the demo account has. */
export const ASSIST_PUBLISHED_SECRETS: readonly string[] = ['s3cr3t-w0rd'];
