/** Puts the Worker together from its bindings: what index.ts (production) and dev.ts (local) share. */
import { waitUntil } from 'cloudflare:workers';
import './signing/workerd.ts';
import { Directory } from './directory/directory.ts';
import { DirectoryStandby, type StandbyPorts } from './directory/standby.ts';
import { OneWaySwitch } from './directory/vault-switch.ts';
import { type Config, readConfig, type Variables } from './env.ts';
import { Documents, type StaticFiles } from './gateway/documents.ts';
import { NameLookups } from './gateway/look-up.ts';
import { ledgerPorts } from './gateway/ports.ts';
import { reached } from './gateway/reached.ts';
import type { Service } from './gateway/service.ts';
import { ShopLimits } from './gateway/shop-limits.ts';
import { PaymentLedger } from './ledger/ledger.ts';
import type { LedgerPorts } from './ledger/ports.ts';
import { DailySequence } from './ledger/sequence.ts';
import type { ReconciliationClient } from './payments/reconciled.ts';

export interface Env extends Variables {
  readonly LEDGER: DurableObjectNamespace<Ledger>;
  readonly DIRECTORY: D1Database;
  readonly ADDRESS_LIMIT?: RateLimit;
  readonly ASSETS?: StaticFiles;
  readonly SEQUENCE: DurableObjectNamespace<Sequence>;
  readonly VAULT_SWITCH: DurableObjectNamespace<VaultSwitch>;
  readonly STANDBY: DurableObjectNamespace<Standby>;
  /** Of another Worker (src/reconciliation); left out where it is not deployed. */
  readonly RECONCILIATION?: DurableObjectNamespace<Rpc.DurableObjectBranded>;
}

interface Parts {
  readonly config: Config;
  readonly directory: Directory;
  readonly names: NameLookups;
  readonly shopLimits: ShopLimits;
  readonly documents: Documents;
}

const now = () => Date.now();
const random = (bytes: Uint8Array) => {
  crypto.getRandomValues(bytes);
};

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** One set of parts per isolate and environment: what is cached lives in it. */
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
    vaultSwitch: () => reached(env.VAULT_SWITCH.get(env.VAULT_SWITCH.idFromName('older records'))),
    standby: () => reached(env.STANDBY.get(env.STANDBY.idFromName('directory'))),
    pause,
  });
  const made = {
    config,
    directory,
    names: new NameLookups(now),
    shopLimits: new ShopLimits(now),
    documents: new Documents(env.ASSETS ?? null),
  };
  parts.set(env.DIRECTORY, made);
  return made;
}

/**
 * What the gateway works with.
 * @throws Problem misconfigured when a variable is missing.
 */
export function serviceOf(env: Env): Service {
  const { config, directory, names, shopLimits, documents } = partsOf(env);
  const ledgers = env.LEDGER;
  return {
    config,
    directory,
    names,
    shopLimits,
    documents,
    // The local runtime would count as well.
    addressLimit: config.local ? null : (env.ADDRESS_LIMIT ?? null),
    ledger: (id, region) =>
      reached(
        ledgers.get(
          ledgers.idFromName(id),
          region ? { locationHint: region as DurableObjectLocationHint } : {},
        ),
      ),
    ledgerByObject: (objectId) => {
      try {
        return reached(ledgers.get(ledgers.idFromString(objectId)));
      } catch {
        return null;
      }
    },
    // Of another Worker: its types are those of what is said to it.
    reconciliation: (id) =>
      env.RECONCILIATION
        ? (reached(
            env.RECONCILIATION.get(env.RECONCILIATION.idFromName(id)),
          ) as unknown as ReconciliationClient)
        : null,
    now,
    random,
    fetch: (input, init) => fetch(input, init),
    later: (work) =>
      waitUntil(
        work.catch((error: unknown) => console.error({ event: 'later.failed', error: String(error) })),
      ),
    daily: (name, day) => reached(env.SEQUENCE.get(env.SEQUENCE.idFromName(name))).next(day),
  };
}

/** The counters of short order numbers. */
export class Sequence extends DailySequence<Env> {}

/** Whether secrets that an older version has sealed are closed. */
export class VaultSwitch extends OneWaySwitch<Env> {}
/** What has to hold while the directory is down. */
export class Standby extends DirectoryStandby<Env> {
  protected override ports(): StandbyPorts {
    return { now, random, write: (row) => serviceOf(this.env).directory.writeWaiting(row) };
  }
}

/** A payment's Durable Object, with its ports. */
export class Ledger extends PaymentLedger<Env> {
  protected override ports(): LedgerPorts {
    return ledgerPorts(serviceOf(this.env));
  }
}
