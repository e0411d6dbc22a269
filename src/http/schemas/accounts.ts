/** The operator's accounts: their settings, secrets and refused messages. */
import * as v from 'valibot';
import { ACCOUNT_KINDS } from '../../payments/account-kinds.ts';
import { proof } from './providers.ts';
import { currencyCode, graceSeconds, id, printable, told, visibleName } from './values.ts';

export const accountChange = v.strictObject({
  provider: told("The provider's id.", printable(1, 40)),
  caption: told('Its name for people.', v.nullish(visibleName(100))),
  displayName: told(
    "The name that shoppers know it by, on the page where they choose; null: the caption if it is your own, else the provider's usual name.",
    v.nullish(visibleName(60)),
  ),
  kind: told(
    'What it is for shoppers, which its icon shows; null: as its provider has it.',
    v.nullish(v.picklist(ACCOUNT_KINDS, 'is card, bank, wallet or cash')),
  ),
  environment: told(
    "Whose money: `test` and `production` are the provider's platforms, `sandbox` a simulated bank.",
    v.nullish(v.picklist(['test', 'production', 'sandbox'], 'is test, production or sandbox')),
  ),
  currencies: told(
    'What the contract takes, ISO 4217. Left out of a new account: what the provider takes.',
    v.nullish(v.pipe(v.array(currencyCode), v.minLength(1, 'names at least one currency'))),
  ),
  settings: told(
    'The contract, by the names of `GET /v1/providers/:id`; secrets among them are sealed and never shown.',
    v.nullish(v.record(v.string(), v.unknown())),
  ),
  endpoints: told(
    "Origins in the place of the provider's own.",
    v.nullish(
      v.strictObject({
        page: told('Of the page for shoppers.', v.nullish(v.string())),
        api: told('Of the calls that we make.', v.nullish(v.string())),
      }),
    ),
  ),
  trustUnprovenNotifications: v.nullish(
    v.pipe(
      v.boolean('is true or false'),
      v.metadata({
        description:
          'Accepts the risk that notifications count which their signature does not prove. Off unless you know that nobody else can send them.',
      }),
    ),
  ),
  expireAfterHours: v.nullish(
    v.pipe(
      v.number('is a number of hours'),
      v.integer('is a whole number of hours'),
      v.minValue(1, 'is at least 1'),
      v.maxValue(24 * 366, 'is at most a year'),
      v.metadata({
        description:
          'After so long without a result a payment expires; money that arrives later still counts.',
        examples: [24],
      }),
    ),
  ),
  fallback: told(
    'The account that new attempts go to while this one cannot be reached; null: none. Of the same environment.',
    v.nullish(id),
  ),
  allowedIps: v.nullish(
    v.pipe(
      v.array(v.pipe(v.string(), v.maxLength(50))),
      v.maxLength(100, 'takes at most 100 addresses'),
      v.metadata({
        description:
          'IPv4 and IPv6 addresses and CIDR blocks that notifications may come from; empty: any, the signature decides.',
        examples: [['194.2.122.190', '195.25.67.0/24', '2001:db8::/32']],
      }),
    ),
  ),
});

export const account = v.object({
  id: told('As shops and payments name it.', v.string()),
  provider: told("The provider's id.", v.string()),
  caption: told('Its name for people.', v.string()),
  displayName: told('The name that shoppers know it by; null: the default.', v.nullable(v.string())),
  kind: told('`card`, `bank`, `wallet` or `cash`; null: as its provider has it.', v.nullable(v.string())),
  environment: told('`test`, `production` or `sandbox`.', v.string()),
  currencies: told('What it takes, ISO 4217.', v.array(v.string())),
  settings: told('The contract, without secrets.', v.record(v.string(), v.unknown())),
  endpoints: told(
    "Origins in the place of the provider's own.",
    v.object({
      page: told('Of the page for shoppers.', v.optional(v.string())),
      api: told('Of the calls that we make.', v.optional(v.string())),
    }),
  ),
  allowedIps: told('Where notifications may come from; empty: from anywhere.', v.array(v.string())),
  trustUnprovenNotifications: told('Notifications count which prove nothing.', v.boolean()),
  retiredAt: v.pipe(
    v.nullable(v.string()),
    v.metadata({ description: 'Since when it begins no attempt; it still verifies, refunds and is asked.' }),
  ),
  succession: told(
    'The account that its payments go to from now on; null: it has no successor.',
    v.nullable(
      v.object({
        by: told('The account.', v.string()),
        since: told('Since when.', v.string()),
        open: told(
          'Payments of which an attempt is open here, by status: created, forwarded, pending, authorized, partially_paid. Those that have gone on elsewhere count too while this one may still be paid. A status without any is left out.',
          v.record(v.string(), v.number()),
        ),
        requires: told(
          'What payments need where they go now, and did not need here, as `requires` of GET /v1/providers/{id} names it. An open payment without it cannot be paid there; nothing counts these.',
          v.array(v.string()),
        ),
      }),
    ),
  ),
  fallback: told(
    'The account that new attempts go to while this one cannot be reached; null: none.',
    v.nullable(v.string()),
  ),
  outage: told(
    'New attempts go to the fallback, because the provider cannot be reached; null: they do not.',
    v.nullable(
      v.object({
        since: told('Since when.', v.string()),
        triedAt: told('When that was tried last: each minute, by one attempt.', v.string()),
      }),
    ),
  ),
  proof: told('What its messages prove; null: its provider is gone.', v.nullable(proof)),
  expireAfterHours: told('After so long without a result a payment expires.', v.number()),
  secrets: told(
    'The secrets by name, without their values: the times between which each counts.',
    v.record(v.string(), v.array(v.object({ notBefore: v.string(), notAfter: v.nullable(v.string()) }))),
  ),
  setup: told(
    "What to enter in the provider's back office.",
    v.array(
      v.object({
        where: told('The page and field there.', v.string()),
        value: told('What goes into it.', v.string()),
      }),
    ),
  ),
  warnings: v.pipe(
    v.array(v.string()),
    v.metadata({
      description:
        'What should be mended: what the provider takes and is weak, and what an account of before has and no change would take.',
    }),
  ),
  createdAt: told('When it was made.', v.string()),
  updatedAt: told('When it was changed last.', v.string()),
});

export const succession = v.strictObject({
  account: told('The account that takes its place.', id),
});

export const accountList = v.object({ data: told('Every account.', v.array(account)) });

export const rotateSecret = v.strictObject({
  // As in settings: a number and its digits are the same.
  value: v.pipe(
    told('The new secret.', v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'is a text')),
    v.transform(String),
  ),
  keyId: v.nullish(
    v.pipe(
      told('The id of the new secret, for secrets that have one (worldline); else left out.', v.string()),
      v.minLength(1, 'takes 1 to 64 characters'),
      v.maxLength(64, 'takes 1 to 64 characters'),
    ),
  ),
  graceSeconds: v.nullish(graceSeconds),
});

export const refusals = v.object({
  data: told(
    'The refused messages of this page, the newest first.',
    v.array(
      v.object({
        id: told('Of the refusal.', v.number()),
        at: told('When the message came.', v.string()),
        account: told('Whose address it came to.', v.string()),
        channel: told('`notification` or `return`.', v.string()),
        reason: told('The kind of refusal.', v.string()),
        requestId: told('As in the log of the Worker.', v.string()),
        ip: told('Where it came from; null: not known.', v.nullable(v.string())),
        explanation: told(
          'What is wrong with it, and why that may be.',
          v.object({
            problem: told('In one sentence.', v.string()),
            base: told('The text that is signed, with secrets masked.', v.nullable(v.string())),
            charset: told('In which it was read.', v.string()),
            expected: v.pipe(
              v.nullable(v.string()),
              v.metadata({
                description:
                  'The first eight characters at most: never the whole, which would be the signature of a forged message.',
              }),
            ),
            received: told('The signature in the message.', v.nullable(v.string())),
            firstDifference: v.pipe(
              v.nullable(
                v.object({
                  at: told('The byte, from 0.', v.number()),
                  expected: told('From there on, as it should be.', v.string()),
                  received: told('From there on, as it came.', v.string()),
                }),
              ),
              v.metadata({
                description:
                  'The first byte that differs, from 0; eight stands for any later one, except between values that differ in their form alone.',
              }),
            ),
            keysTried: told(
              'The keys that were tried, by their fingerprints.',
              v.array(
                v.object({
                  setting: told('The name of the secret.', v.string()),
                  key: told('Its length and fingerprint, never itself.', v.string()),
                  which: told('The current one, or one before it.', v.string()),
                }),
              ),
            ),
            likelyCauses: told('Each was tried before it was named.', v.array(v.string())),
          }),
        ),
      }),
    ),
  ),
  nextCursor: told('Leads to the next page as `cursor`; null: this is the last.', v.nullable(v.string())),
});

export const accountCheck = v.object({
  result: told(
    '`good`: the keys are taken. `failed`: they are not, or there was no answer. `none`: there is no such call.',
    v.picklist(['good', 'failed', 'none']),
  ),
  call: told('What was called; null: nothing.', v.nullable(v.string())),
  detail: told('What the answer was, or what to do instead.', v.string()),
  durationMs: told('How long it took, in milliseconds.', v.number()),
  health: told(
    'How its provider has answered before; null: nothing is known.',
    v.nullable(
      v.object({
        lastNotificationAt: told('The newest good notification, within minutes.', v.nullable(v.string())),
        lastAnswerAt: told('The newest answer to a call, within minutes.', v.nullable(v.string())),
        lastFailureAt: told('The newest call without an answer.', v.nullable(v.string())),
        failingSince: told('Since when calls fail; null: they do not.', v.nullable(v.string())),
        failures: told('Calls that have failed in a row.', v.number()),
        lastError: told('Why the newest one failed.', v.nullable(v.string())),
      }),
    ),
  ),
});
