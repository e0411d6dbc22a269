/** The operator's routes for accounts. */
import type { Context } from 'hono';
import type { Account } from '../../directory/types.ts';
import {
  accountInput,
  checkedSettings,
  isMask,
  knownAccount,
  MASK,
  requireModeOfShops,
  rotatedKeyId,
  unknownAccount,
} from '../../gateway/account-change.ts';
import { checkAccount } from '../../gateway/account-check.ts';
import { accountWarnings } from '../../gateway/account-problems.ts';
import { shownProof } from '../../gateway/proof.ts';
import { type ProvidersDocument, providersDocument, setupSteps } from '../../gateway/provider-texts.ts';
import { ownAccount, scopedAccount, scopedAccountIds } from '../../gateway/scoped.ts';
import type { Service } from '../../gateway/service.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import {
  requireLinksFit,
  requireNeverMoved,
  requireNobodyStandsOn,
  requireNoPayments,
  type ShownSuccession,
  shownSuccessions,
  succeedAccount,
} from '../../gateway/succession.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { secretNames } from '../../providers/kit/settings.ts';
import { provider } from '../../providers/registry.ts';
import type { AppEnv } from '../app-env.ts';
import { DEFAULT_GRACE_SECONDS } from '../auth.ts';
import { idParam, jsonBody, optionalJsonBody, queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { nextCursor } from './paging.ts';
import { shownMembers } from './shown-members.ts';

/** A call before the one of an example: it makes an account that takes all that `docs-ogone` does. */
const making = (id: string) =>
  `curl -sf -X PUT "$BASE/v1/admin/accounts/${id}" -H "Authorization: Bearer $ADMIN_TOKEN" -d '{"provider":"ogone","environment":"test","currencies":["EUR"],"settings":{"pspid":"MyShop2","sha_in":"another passphrase, IN","sha_out":"another passphrase, OUT"}}' > /dev/null`;

function accountAnswer(
  service: Service,
  account: Account,
  origin: string,
  succession: ShownSuccession | null,
  texts: ProvidersDocument,
) {
  const masked = Object.fromEntries(Object.keys(account.secrets).map((name) => [name, MASK]));
  const secrets = Object.fromEntries(
    Object.entries(account.secrets).map(([name, live]) => [
      name,
      live.map(({ notBefore, notAfter }) => ({
        notBefore: new Date(notBefore).toISOString(),
        notAfter: notAfter === null ? null : new Date(notAfter).toISOString(),
      })),
    ]),
  );
  const { proof, trustUnprovenNotifications } = shownProof(account);
  return {
    ...shownMembers(account, [
      'id',
      'provider',
      'caption',
      'displayName',
      'kind',
      'environment',
      'currencies',
    ]),
    settings: { ...account.settings, ...masked },
    ...shownMembers(account, ['endpoints', 'allowedIps', 'expireAfterHours']),
    trustUnprovenNotifications,
    retiredAt: account.retiredAt ?? account.succession?.since ?? null,
    succession,
    ...shownMembers(account, ['fallback', 'outage']),
    secrets,
    ...shownMembers(account, ['createdAt', 'updatedAt']),
    proof,
    warnings: accountWarnings(account, service.config),
    setup: setupSteps(texts, provider(account.provider)?.id ?? account.provider, {
      callback: `${origin}/callback/${encodeURIComponent(account.id)}`,
      origin,
    }),
  };
}

/** Accounts as the operator of a request sees them. */
async function accountAnswers(c: Context<AppEnv>, accounts: readonly Account[]) {
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const successions = await shownSuccessions(service, operatorOf(c).scope, accounts);
  const texts = await providersDocument(service);
  return accounts.map((account) =>
    accountAnswer(service, account, origin, successions.get(account.id) ?? null, texts),
  );
}

/** The account of a request, as it is now. */
async function answerOfAccount(c: Context<AppEnv>, id: string) {
  const [answer] = await accountAnswers(c, [await knownAccount(c.get('service'), id)]);
  if (!answer) throw unknownAccount(id);
  return answer;
}

export function accountRoutes(): Routes {
  const routes = new Routes();

  routes.put(
    '/v1/admin/accounts/:id',
    documented({
      summary: 'Create or change an account',
      description:
        'What is left out keeps its value. The answer has `setup`: what to enter in the back office of the provider.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.accountChange,
      success: { 201: schemas.account, 200: schemas.account },
      errors: ['invalid_request', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'docs-ogone' },
        body: {
          provider: 'ogone',
          environment: 'test',
          currencies: ['EUR'],
          settings: {
            pspid: 'MyShop',
            sha_in: 'a passphrase for SHA-IN',
            sha_out: 'a passphrase for SHA-OUT',
          },
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const id = idParam(c);
      const body = await jsonBody(c, schemas.accountChange);
      const by = operatorOf(c);
      // Who may see some shops only makes no account: no shop would use it yet.
      const before = by.scope.all
        ? await service.directory.accounts.get(id)
        : await ownAccount(service, by.scope, id);
      const input = accountInput(id, body, before, service);
      await requireModeOfShops(service, input, before);
      await requireLinksFit(service, by.scope, input, before);
      await service.directory.accounts.put(input, before, by);
      service.directory.changed();
      return c.json(await answerOfAccount(c, id), before ? 200 : 201);
    },
  );

  routes.get(
    '/v1/admin/accounts',
    documented({
      summary: 'List the accounts',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.accountList },
      errors: [],
      example: {},
    }),
    async (c) => {
      const service = c.get('service');
      const ids = await scopedAccountIds(service, operatorOf(c).scope);
      const accounts = (await service.directory.accounts.list()).filter(({ id }) => !ids || ids.has(id));
      return c.json({ data: await accountAnswers(c, accounts) });
    },
  );

  routes.get(
    '/v1/admin/accounts/:id',
    documented({
      summary: 'Read an account; secrets are never read back',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.account },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-ogone' } },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await scopedAccount(service, operatorOf(c).scope, idParam(c));
      return c.json(await answerOfAccount(c, id));
    },
  );

  routes.post(
    '/v1/admin/accounts/:id/secrets/:setting/rotate',
    documented({
      summary: 'Rotate a secret of an account',
      description:
        'The new value signs at once; the old one still verifies until the grace ends. Each earlier one keeps its own end; five live at most: a rotation beyond is 409, and ends none. Where secrets have ids (worldline), `keyId` is that of the new one: messages name the key that they are signed by.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.rotateSecret,
      success: { 200: schemas.account },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'docs-ogone', setting: 'sha_out' },
        body: { value: 'a new passphrase, SHA-OUT', graceSeconds: 3600 },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const account = await ownAccount(service, by.scope, idParam(c));
      const setting = c.req.param('setting');
      const found = provider(account.provider);
      if (!found || !secretNames(found.settings).includes(setting)) {
        throw new Problem('not_found', `${account.provider} has no secret ${setting}`);
      }
      const body = await jsonBody(c, schemas.rotateSecret);
      if (isMask(body.value))
        throw invalidField('value', 'is what is shown in place of a secret: send the secret itself');
      const { environment } = account;
      const named = found.keyIds?.[setting];
      checkedSettings(
        found,
        { ...account.settings, ...(named && body.keyId && { [named]: body.keyId }) },
        { [setting]: body.value },
        { before: account, environment },
      );
      const keyId = rotatedKeyId(found, setting, body.keyId ?? null);
      const graceSeconds = body.graceSeconds ?? DEFAULT_GRACE_SECONDS;
      const rotation = { setting, value: body.value, graceSeconds, ...(keyId && { keyId }) };
      await service.directory.accounts.rotate(account.id, rotation, by);
      service.directory.changed();
      return c.json(await answerOfAccount(c, account.id));
    },
  );

  routes.get(
    '/v1/admin/accounts/:id/refusals',
    documented({
      summary: 'Why notifications and returns of an account were refused, the newest first',
      description:
        'The base string with secrets masked, the first eight characters of the expected value, the received value, where they part, the keys tried, likely causes. `countersign verify` shows the whole on your own machine. Who may see some shops only reads those of accounts that no others use: 403.',
      auth: 'operator',
      permission: 'view',
      query: schemas.refusalsQuery,
      success: { 200: schemas.refusals },
      errors: ['invalid_request', 'forbidden', 'not_found'],
      example: { path: { id: 'docs-ogone' } },
    }),
    async (c) => {
      const { directory } = c.get('service');
      // What a refused message says of its order is not proven: where others use the account too, it may be about theirs.
      const account = await ownAccount(c.get('service'), operatorOf(c).scope, idParam(c));
      const { limit = '50', cursor } = queryOf(c, schemas.refusalsQuery);
      const data = await directory.refusals(account.id, Number(limit), cursor ? Number(cursor) : null);
      return c.json({ data, nextCursor: nextCursor(data, Number(limit)) });
    },
  );

  routes.post(
    '/v1/admin/accounts/:id/check',
    documented({
      summary: 'Check the keys of an account by a harmless call of its provider',
      description:
        'A call that changes nothing and that only the right keys get a good answer to. Where the provider has none, `result` is `none` and `detail` says what to do.',
      auth: 'operator',
      permission: 'configure',
      optionalBody: schemas.nothing,
      success: { 200: schemas.accountCheck },
      errors: ['invalid_request', 'not_found', 'misconfigured', 'payload_too_large'],
      example: { path: { id: 'docs-ogone' } },
    }),
    async (c) => {
      const service = c.get('service');
      await optionalJsonBody(c, schemas.nothing);
      const account = await scopedAccount(service, operatorOf(c).scope, idParam(c));
      return c.json(await checkAccount(service, account));
    },
  );

  routes.post(
    '/v1/admin/accounts/:id/retire',
    documented({
      summary: 'Retire an account: it begins no attempt any more',
      description:
        'It still verifies what its provider sends, refunds, and is asked, until nothing of it is open.',
      auth: 'operator',
      permission: 'configure',
      optionalBody: schemas.nothing,
      success: { 200: schemas.account },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'docs-ogone' } },
    }),
    async (c) => {
      const service = c.get('service');
      await optionalJsonBody(c, schemas.nothing);
      const by = operatorOf(c);
      const { id } = await ownAccount(service, by.scope, idParam(c));
      await service.directory.accounts.retire(id, by);
      service.directory.changed();
      return c.json(await answerOfAccount(c, id));
    },
  );

  routes.post(
    '/v1/admin/accounts/:id/succeed',
    documented({
      summary: 'Move an account: its new payments and attempts go to another one',
      description:
        'From now on, for every shop, by the name of the old account too: no shop changes anything. The old one begins nothing, still verifies, refunds and is asked; `succession.open` says what is open there. The other one takes all of its currencies, takes money at the same time where a payment does not say when, is of the same environment and in use: else 409. The same call with the two names exchanged is the way back.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.succession,
      success: { 200: schemas.account },
      errors: ['invalid_request', 'forbidden', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'docs-ogone' },
        body: { account: 'docs-successor' },
        before: making('docs-successor'),
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const account = await ownAccount(service, by.scope, idParam(c));
      const body = await jsonBody(c, schemas.succession);
      await succeedAccount(service, account, body.account, by);
      return c.json(await answerOfAccount(c, account.id));
    },
  );

  routes.delete(
    '/v1/admin/accounts/:id',
    documented({
      summary: 'Delete an account that no shop uses and no payment has ever gone to',
      description:
        'Nor one that has ever moved. An attempt that was left for another account counts: its bank may still tell of a shopper who paid there.',
      auth: 'operator',
      permission: 'configure',
      success: { 204: 'Deleted.' },
      errors: ['invalid_request', 'not_found', 'invalid_state'],
      example: { path: { id: 'docs-unused' }, before: making('docs-unused') },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const { id } = await ownAccount(service, by.scope, idParam(c));
      const users = (await service.directory.shops.list()).filter((shop) => shop.accounts.includes(id));
      if (users.length > 0) {
        const names = users.map((shop) => shop.id).join(', ');
        throw new Problem(
          'invalid_state',
          `the account ${id} is used by ${names}: take it out of them first`,
        );
      }
      await requireNobodyStandsOn(service, id);
      await requireNeverMoved(service, id);
      await requireNoPayments(service, id);
      await service.directory.accounts.delete(id, by);
      service.directory.changed();
      return c.body(null, 204);
    },
  );

  return routes;
}
