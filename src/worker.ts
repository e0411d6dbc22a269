/** Puts the Worker together from its bindings: what index.ts (production) and dev.ts (local) share. */
import { Directory } from './directory/directory.ts';
import { type Config, readConfig, type Variables } from './env.ts';
import { carryOut, findOut } from './gateway/operations.ts';
import type { LedgerClient, Service } from './gateway/service.ts';
import { askPause, askProvider } from './gateway/status-query.ts';
import { PaymentLedger } from './ledger/ledger.ts';
import type { WebhookOutcome } from './ledger/outbox.ts';
import { DailySequence } from './ledger/sequence.ts';
import type { LedgerWorld } from './ledger/unit-of-work.ts';
import { deliverWebhook } from './webhooks/deliver.ts';
import { polybankingMessage } from './webhooks/polybanking.ts';
import { pauseAfter } from './webhooks/schedule.ts';
import { standardMessage } from './webhooks/standard.ts';

export interface Env extends Variables {
  readonly LEDGER: DurableObjectNamespace<Ledger>;
  readonly DIRECTORY: D1Database;
  readonly SEQUENCE: DurableObjectNamespace<Sequence>;
}

interface Parts {
  readonly config: Config;
  readonly directory: Directory;
}

const now = () => Date.now();
const random = (bytes: Uint8Array) => {
  crypto.getRandomValues(bytes);
};

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** One set of parts per isolate and environment: the directory's cache lives in it. */
const parts = new WeakMap<object, Parts>();

function partsOf(env: Env): Parts {
  const known = parts.get(env.DIRECTORY);
  if (known) return known;
  const config = readConfig(env);
  const directory = new Directory({
    db: env.DIRECTORY,
    masterKey: config.masterKey,
    previousMasterKey: config.previousMasterKey,
    hashKey: config.idKey,
    now,
    random,
    pause,
  });
  const made = { config, directory };
  parts.set(env.DIRECTORY, made);
  return made;
}

/**
 * What the doors work with.
 * @throws Problem misconfigured when a variable is missing.
 */
export function serviceOf(env: Env): Service {
  const { config, directory } = partsOf(env);
  const ledgers = env.LEDGER;
  return {
    config,
    directory,
    ledger: (id, region) =>
      ledgers.get(
        ledgers.idFromName(id),
        region ? { locationHint: region as DurableObjectLocationHint } : {},
      ) as unknown as LedgerClient,
    ledgerByObject: (objectId) => {
      try {
        return ledgers.get(ledgers.idFromString(objectId)) as unknown as LedgerClient;
      } catch {
        return null;
      }
    },
    now,
    random,
    fetch: (input, init) => fetch(input, init),
    daily: (name, day) => env.SEQUENCE.get(env.SEQUENCE.idFromName(name)).next(day),
  };
}

const UNWANTED: WebhookOutcome = { result: 'unwanted', status: null, error: null, durationMs: 0 };

async function sendWebhook(
  env: Env,
  shopId: string,
  message: { readonly id: string; readonly body: string },
): Promise<WebhookOutcome> {
  const { config, directory } = partsOf(env);
  const target = await directory.webhookTarget(shopId);
  const url = target?.shop.webhook.url;
  if (!target || !url) return UNWANTED;
  const secrets = target.secrets
    .filter(({ notAfter }) => notAfter === null || notAfter > now())
    .map(({ value }) => value);
  const outgoing =
    target.shop.webhook.dialect === 'polybanking'
      ? polybankingMessage(shopId, message.body, secrets[0] ?? '')
      : standardMessage(message.id, now(), message.body, secrets);
  if (!outgoing) return UNWANTED;
  return deliverWebhook(outgoing, url, {
    fetch: (input, init) => fetch(input, init),
    now,
    local: config.local,
  });
}

/** The counters of short order numbers. */
export class Sequence extends DailySequence<Env> {}

/** A payment's Durable Object, with the world that its alarm works in. */
export class Ledger extends PaymentLedger<Env> {
  protected override world(): LedgerWorld {
    const { env } = this;
    return {
      now,
      courier: {
        webhook: (shop, message) => sendWebhook(env, shop, message),
        project: (payment) => partsOf(env).directory.project(payment),
        pause: (failures) => pauseAfter(failures, Math.random()),
        confirm: async (inquiry) => {
          const commands = await askProvider(serviceOf(env), inquiry);
          return commands.length > 0 ? { result: 'news', commands } : { result: 'later', error: null };
        },
        operate: (errand) => carryOut(serviceOf(env), errand),
        resolve: (errand) => findOut(serviceOf(env), errand),
        confirmPause: (inquiry, asked) =>
          askPause(serviceOf(env), inquiry, asked, (count) => pauseAfter(count, Math.random())),
      },
    };
  }
}
