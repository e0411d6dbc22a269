/** Operators: tokens and users, and what needs two of them. */
import * as v from 'valibot';
import { ROLES } from '../../directory/types.ts';
import { currencyCode, id, printable, timestamp, told, visibleName } from './values.ts';

const MOST_LIMITS = 200;

const role = told(
  'What it may do: `view` reads; `refund` also captures, cancels, refunds, refreshes, resends and settles; `configure` reads, and changes shops, accounts, endpoints and branding; `owner` does everything.',
  v.picklist(ROLES, 'is one of view, refund, configure, owner'),
);
const name = told('What people call it.', visibleName(100));
const shops = told(
  'Shops that it may see; null, with `groups` null: all of them.',
  v.nullish(v.pipe(v.array(id), v.maxLength(MOST_LIMITS, `takes at most ${MOST_LIMITS} shops`))),
);
const groups = told(
  'Groups whose shops it may see, those that come later too.',
  v.nullish(
    v.pipe(v.array(printable(1, 100)), v.maxLength(MOST_LIMITS, `takes at most ${MOST_LIMITS} groups`)),
  ),
);
const email = told(
  'The address of a person, in any case.',
  v.pipe(v.string(), v.maxLength(254, 'takes at most 254 characters'), v.email('is not an e-mail address')),
);

export const tokenInput = v.strictObject({
  name,
  role,
  shops,
  groups,
  expiresAt: told('When it ends; left out: never.', v.nullish(timestamp)),
});

export const userInput = v.strictObject({
  email,
  name,
  role,
  shops,
  groups,
  active: told('Whether it may sign in; left out: it may.', v.optional(v.boolean('is true or false'))),
});

export const userChange = v.strictObject({
  email: v.optional(email),
  name: v.optional(name),
  role: v.optional(role),
  shops,
  groups,
  active: told('Whether it may sign in.', v.optional(v.boolean('is true or false'))),
});

const shown = {
  id: told('Of the token or user, as the audit log names it after `token:` or `user:`.', v.string()),
  name: told('What people call it.', v.string()),
  role,
  shops: told('Shops that it may see; null: it has no such limit.', v.nullable(v.array(v.string()))),
  groups: told('Groups whose shops it may see; null: it has no such limit.', v.nullable(v.array(v.string()))),
  createdAt: told('When it was made.', v.string()),
  lastUsedAt: told('About when it was last used; null: never.', v.nullable(v.string())),
  lastUsedFrom: told('The IP address of that time.', v.nullable(v.string())),
};

const shownToken = {
  ...shown,
  expiresAt: told('When it ends; null: never.', v.nullable(v.string())),
  revokedAt: told('When it was revoked; null: it was not.', v.nullable(v.string())),
};

export const createdToken = v.object({
  ...shownToken,
  token: told('The token itself, which nobody can read again.', v.string()),
});

export const tokenList = v.object({
  data: told('The tokens.', v.array(v.object(shownToken))),
});

export const user = v.object({
  ...shown,
  email: told('In lower case.', v.string()),
  active: told('Whether it may sign in.', v.boolean()),
  updatedAt: told('When it was last changed.', v.string()),
});

export const userList = v.object({ data: told('The users.', v.array(user)) });

export const approvalLimits = v.pipe(
  v.record(
    currencyCode,
    v.pipe(
      v.number('is a number of minor units'),
      v.integer('is a whole number of minor units'),
      v.minValue(0, 'is at least 0'),
      v.maxValue(Number.MAX_SAFE_INTEGER, 'is beyond what can be counted exactly'),
    ),
  ),
  v.metadata({
    description:
      'By currency, in minor units: what operators may give back of one payment alone; 0: nothing. A currency that is not named has no limit.',
    examples: [{ EUR: 50_000, JPY: 80_000 }],
  }),
);
