/**
 * What the simulated banks are told, and what they may call: in the same Worker under `npm start`, by a service binding where they are a
 * Worker of their own (src/sandbox/wrangler.toml). No route of the internet leads here.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { type SandboxAccount, sandboxAccount } from '../directory/sandbox-account.ts';
import type { Account } from '../directory/types.ts';
import { accountsToChoose } from '../gateway/checkout.ts';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import { Problem } from '../payments/errors.ts';
import { paymentId } from '../payments/id.ts';
import { checkoutUrl } from './checkout-url.ts';
import { problemAnswer } from './problems.ts';
import type { Routes } from './router.ts';

/** The accounts of a kind, with their secrets. None of them takes real money. */
export async function accountsOfBanks(
  service: Service,
  isTheirs: (account: Account) => boolean,
): Promise<SandboxAccount[]> {
  const accounts = await service.directory.accounts.list();
  return accounts
    .filter((account) => account.environment !== 'production' && isTheirs(account))
    .map(sandboxAccount);
}

/** A payment as its shopper could pay it; null: there is none, or its money is real. */
export async function payableTest(service: Service, text: string, origin: string) {
  const id = paymentId(text);
  const found = id && (await service.ledger(id).read());
  if (!id || !found?.view.test) return null;
  const { view, attempts, isOpen, isOver, request } = found;
  const choices = isOpen ? await accountsToChoose(service, found.shop, request, view.test) : null;
  return {
    status: view.status,
    checkoutUrl: checkoutUrl(service, origin, id),
    isOver,
    account: attempts.at(-1)?.account ?? view.account,
    choices: choices?.map((account) => account.id) ?? null,
  };
}

/** Where banks and their shoppers come: nothing that takes a key. */
const THEIR_PATHS = /^\/(?:callback|return|pay|p)\//;

/** The entrypoint for the Worker of the simulated banks. */
export function sandboxEntrypoint<Bindings extends object>(
  app: () => Routes,
  serviceOf: (bindings: Bindings) => Service,
) {
  return class extends WorkerEntrypoint<Bindings> {
    /** The accounts of the environment sandbox, and no others: a provider's own test platform has a bank of its own. */
    accounts(): Promise<SandboxAccount[]> {
      return accountsOfBanks(serviceOf(this.env), ({ environment }) => environment === 'sandbox');
    }

    payment(id: string) {
      const service = serviceOf(this.env);
      return payableTest(service, id, originOf(service, 'https://sandbox.invalid'));
    }

    /** A message of a bank, or its shopper's way. */
    override async fetch(request: Request): Promise<Response> {
      if (THEIR_PATHS.test(new URL(request.url).pathname)) return app().fetch(request, this.env, this.ctx);
      return problemAnswer(
        new Problem('not_found', 'banks and their shoppers have nothing at this address'),
        null,
      );
    }
  };
}
