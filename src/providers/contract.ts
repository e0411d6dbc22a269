/**
 * The shape of a provider: one folder, one object, no I/O of its own. What it needs (the clock, fetch) is handed in, so that
 * vectors alone can test it.
 */
import type * as v from 'valibot';
import type { AccountKind } from '../payments/account-kinds.ts';
import type { Refusal } from '../payments/errors.ts';
import type { Installments } from '../payments/installments.ts';
import type { MeansOfPayment } from '../payments/means.ts';
import type { ProviderUpdate, Reply, UpdateOutcome } from '../payments/provider-update.ts';
import type { Capture, Environment, Redirect, WantedMethod } from '../payments/types.ts';
import type { Charset } from '../signing/charsets.ts';
import type { ProviderAccount, StartedAttempt, StartRequest } from './contract/attempts.ts';
import type {
  Acknowledgement,
  Channel,
  Hint,
  ProviderRequest,
  VerificationContext,
} from './contract/messages.ts';
import type { ProviderOperation } from './contract/operations.ts';
import type { Proof } from './contract/proof.ts';
import type { AccountCheck, MeansQuery, Report, StatusQuery } from './contract/queries.ts';
import type { LikelyCause, Recipe } from './contract/recipes.ts';
import type { ShopFields } from './kit/provider-fields.ts';
import type { Requirement } from './kit/requirements.ts';
import { paymentProblem } from './kit/requirements.ts';
import type { SettingsSchema } from './kit/settings.ts';

export type * from '../payments/provider-update.ts';
export type * from './contract/attempts.ts';
export type * from './contract/messages.ts';
export type * from './contract/operations.ts';
export { SETTLES_AFTER_SECONDS } from './contract/operations.ts';
export type * from './contract/proof.ts';
export type * from './contract/queries.ts';
export type * from './contract/recipes.ts';

/** One step of what a merchant has to enter in the provider's back office. */
export interface SetupStep {
  readonly where: string;
  readonly value: string;
}

/** What a protocol can do. */
export interface Capabilities {
  readonly capture: boolean;
  readonly cancel: boolean;
  readonly refund: boolean;
  readonly status: boolean;
  /** Authorise now, capture later. */
  readonly manualCapture: boolean;
  readonly signedNotification: boolean;
  readonly signedReturn: boolean;
}

/** Those that do not follow from what a provider implements. */
type DeclaredCapabilities = Pick<Capabilities, 'manualCapture' | 'signedNotification' | 'signedReturn'>;

/** What a code of a provider's sheet stands for. */
export interface StatusMeaning {
  /** `none`: it moves nothing. */
  readonly outcome: UpdateOutcome;
  /** What the code says, as people of that provider say it. */
  readonly text: string;
}

/** A table of a provider's sheet: code -> meaning. */
export type StatusTable = Readonly<Record<string, StatusMeaning>>;

/** A provider in the place of another one. */
export interface Successor {
  /** Its id. */
  readonly provider: string;
  /** Its setting `brand` there; null: it has none, or any. */
  readonly brand: string | null;
}

/** What the folder of a provider declares. */
interface ProviderParts<Schema extends SettingsSchema> {
  readonly id: string;
  /** Names under which the software that countersign replaces knows this provider. */
  readonly aliases: readonly string[];
  readonly caption: string;
  /** What shoppers know it by, where that is not "card": its own name, and what it is to them. */
  readonly means?: { readonly kind: AccountKind; readonly name: string };
  /**
   * The last day on which it could be used, `YYYY-MM-DD`; where only the month or the year is known, that one's last day. Left out: it is
   * in use, or nobody knows.
   */
  readonly ended?: string;
  /** Where merchants of a provider that has ended, or is not sold any more, go on; left out: nowhere that is known. */
  readonly successor?: readonly Successor[];
  /** ISO 3166-1 alpha-2; empty where it serves many. */
  readonly countries: readonly string[];
  /** ISO 4217 alpha codes. */
  readonly currencies: readonly string[];
  /** Those of a new account that names none; left out: all. */
  readonly defaultCurrencies?: readonly string[];
  readonly settings: Schema;
  /**
   * Secrets that everybody has, published by the provider or in examples: an account in production takes none of them.
   */
  readonly publishedSecrets?: readonly string[];
  /** What a secret signs with, where several spellings are one secret: those of one text are the same. */
  secretForm?(secret: string): string;
  /** A setting that cannot be right in this environment, and why; null: there is none. */
  wrongSetting?(
    settings: v.InferOutput<Schema>,
    environment: Environment,
  ): { readonly setting: string; readonly problem: string } | null;
  /**
   * Settings that name a secret beside it: by the secret's name, that of its key id. Messages say by which key they are signed, so a
   * rotation brings both. Left out: secrets have no names.
   */
  readonly keyIds?: Readonly<Record<string, string>>;
  /** What an operator should mend of settings that the provider takes. */
  settingWarnings?(settings: v.InferOutput<Schema>): readonly string[];
  /** The setting that accounts with these others need, and lack: what checks messages in one generation of a protocol. */
  lackingSetting?(settings: v.InferOutput<Schema>): string | null;
  /** What the signature of a message proves that came this way. */
  proof(settings: v.InferOutput<Schema>, channel: Channel): Proof;
  /**
   * The addresses that notifications of production come from, where the sheet says that they make a message count that its
   * signature does not prove and that cannot be asked about.
   */
  readonly notificationAddresses?: readonly string[];
  /** Named recipes; the names are those of the vector files. */
  readonly signatures: Readonly<Record<string, Recipe<v.InferOutput<Schema>>>>;
  /** The status tables of its sheet, by the names that SHEET.md gives them. Where two have a code, the first gives the text. */
  readonly statuses: Readonly<Record<string, StatusTable>>;
  /** What is tried when a signature is refused, to say why. */
  readonly likelyCauses: readonly LikelyCause[];
  /**
   * What a payment needs: checked when it is created, for each account that a shopper may choose, and before each start. Whatever only
   * depends on settings and payment stands here, in `maxAmount` and in `shopFields`, so that no start finds it later.
   */
  readonly requires: readonly Requirement<v.InferOutput<Schema>>[];
  /** The greatest amount the protocol can carry, in minor units; a smaller limit of some accounts stands in `requires`. */
  readonly maxAmount: number;
  /** No cryptography at all: never for an account in production. */
  readonly testOnly: boolean;
  /** A second redirect of the shopper needs a new order number even if the first one ended without a result. */
  readonly freshOrderEachRedirect: boolean;
  charset(settings: v.InferOutput<Schema>): Charset;
  /** What a shop may give as `providerFields`; left out: nothing. Checked when a payment is created, and before each start. */
  shopFields?(settings: v.InferOutput<Schema>): ShopFields;
  /**
   * Why a shop may not say by what means a payment is to be paid, in words that follow "method: "; null: it may. Left out: it never may. A
   * BLIK code comes with a method of that kind once (`StartRequest.blikCode`).
   */
  methodProblem?(method: WantedMethod, settings: v.InferOutput<Schema>): string | null;
  /**
   * Why a payment cannot be paid in these parts, in words that follow "installments: "; null: it can. Left out: it never can. Each part
   * has to be told by a message of its own, with a movement of its own.
   */
  installmentsProblem?(installments: Installments, settings: v.InferOutput<Schema>): string | null;
  /** When money is taken if the shop does not say. */
  captureDefault(settings: v.InferOutput<Schema>): Capture;
  /**
   * Builds and signs the redirect of one attempt.
   * @throws Problem naming the field that the protocol cannot carry; provider_error or provider_unreachable where
   *   an order has to be registered and is not.
   */
  start(
    request: StartRequest<v.InferOutput<Schema>>,
  ): Redirect | StartedAttempt | Promise<Redirect | StartedAttempt>;
  /**
   * Whether an order has to be registered before the shopper goes. Such a redirect is built when the shopper is at our
   * checkout: nothing is registered for a shopper who never comes, and nothing twice.
   */
  deferred?(settings: v.InferOutput<Schema>): boolean;
  /**
   * The status query: what became of an attempt. Null: the provider does not know yet, ask again later. That it is in process
   * (`pending`) is an update, and a reason to ask again too. An empty list: it certainly has nothing of this attempt, which ends
   * the query of a hint that was to be spent.
   * @throws Problem provider_error or provider_unreachable
   * @throws Refusal when the answer is not to be believed
   */
  queryStatus?(
    query: StatusQuery<v.InferOutput<Schema>>,
  ): Promise<ProviderUpdate | readonly ProviderUpdate[] | null>;
  /**
   * The members of a hint that its status query needs, because it asks about no other document than the one that they name. Left out:
   * none. Then one query about the attempt answers all hints about it, and whoever makes hints up brings no query of his own. A member
   * of a message that nobody has signed is declared only where nothing can be asked without it.
   */
  readonly hintMembers?: readonly string[];
  /**
   * Whether the status query of this hint takes the shopper's money. The ledger allows one of a payment at a time, only while
   * something is left to pay, and looks up what came of it without the hint.
   */
  hintSpends?(hint: Readonly<Record<string, string>>): boolean;
  /**
   * Whether accounts with these settings have no status query without a hint: `queryStatus` only reads, or asks about, what a hint has
   * brought. `true`: none of the provider's has; left out: all have.
   */
  readonly queriesOnlyHints?: true | ((settings: v.InferOutput<Schema>) => boolean);
  /** Why accounts with these settings have no status query, with a hint neither; null: they have. Left out: all have. */
  cannotQueryStatus?(settings: v.InferOutput<Schema>): string | null;
  readonly capture?: ProviderOperation<v.InferOutput<Schema>>;
  readonly cancel?: ProviderOperation<v.InferOutput<Schema>>;
  readonly refund?: ProviderOperation<v.InferOutput<Schema>>;
  readonly report?: Report<v.InferOutput<Schema>>;
  /** Whether the account's keys are taken by its provider; left out: the provider has no harmless call. */
  readonly check?: AccountCheck<v.InferOutput<Schema>>;
  /**
   * The means of payment that this contract offers for a currency, in the provider's order, and for an amount where the provider looks at
   * it. Left out: the provider lists none.
   * @throws Problem provider_error, provider_unreachable
   */
  methods?(query: MeansQuery<v.InferOutput<Schema>>): Promise<readonly MeansOfPayment[]>;
  /** Pauses in seconds between status queries without a result; left out: those of webhooks. */
  readonly queryPauses?: readonly number[];
  /**
   * Seconds after the last update of an unfinished payment at which a status query is due without a hint; left out: the
   * usual ones (gateway/overdue.ts). At most what the sheet allows.
   */
  readonly queryAfter?: readonly number[];
  /**
   * Checks a message over its raw bytes and reads it.
   * @throws Refusal when it is not to be believed.
   */
  notification(
    request: ProviderRequest,
    account: ProviderAccount<v.InferOutput<Schema>>,
    channel: Channel,
    context: VerificationContext,
  ): Promise<ProviderUpdate | Acknowledgement | Hint>;
  /**
   * Whether what a return says is what its attempt was sent off with, where the protocol has that: only then is the provider asked
   * because of it. Left out: nothing tells.
   */
  isOwnReturn?(
    about: Readonly<Record<string, string>>,
    providerState: Readonly<Record<string, string>>,
  ): boolean;
  /** The reply to a verified message, whatever became of it; a message may have one of its own (`ProviderUpdate.reply`). */
  readonly reply: Reply;
  /**
   * The protocol's own reply to a message that is not believed, or is about no payment of ours (null); left out: ours.
   * Its status is an error too, because a provider may look at nothing else, unless the protocol has none but 200.
   */
  refused?(refusal: Refusal | null, settings: v.InferOutput<Schema>): Reply;
  setup(urls: { readonly callback: string; readonly origin: string }): readonly SetupStep[];
}

/** A provider as its folder declares it, with what cannot be told from the rest. */
interface ProviderDeclaration<Schema extends SettingsSchema> extends ProviderParts<Schema> {
  readonly capabilities: DeclaredCapabilities;
}

export interface Provider<Schema extends SettingsSchema = SettingsSchema> extends ProviderParts<Schema> {
  readonly capabilities: Capabilities;
}

function capabilitiesOf<Schema extends SettingsSchema>({
  capabilities: { manualCapture, signedNotification, signedReturn },
  capture,
  cancel,
  refund,
  queryStatus,
  queriesOnlyHints,
}: ProviderDeclaration<Schema>): Capabilities {
  return {
    capture: capture !== undefined,
    cancel: cancel !== undefined,
    refund: refund !== undefined,
    status: queryStatus !== undefined && queriesOnlyHints !== true,
    manualCapture,
    signedNotification,
    signedReturn,
  };
}

/** A provider whose settings are known by their types, and whose functions take those that its schema has parsed. */
export type DeclaredProvider<Schema extends SettingsSchema = SettingsSchema> = Omit<Provider, 'settings'> & {
  readonly settings: Schema;
};

/**
 * Declares a provider with its schema's types inside, and hides them outside: the registry's callers hand in
 * settings that the same schema has parsed. Its start takes no payment that the provider cannot take.
 */
export function defineProvider<Schema extends SettingsSchema>(
  provider: ProviderDeclaration<Schema>,
): DeclaredProvider<Schema> {
  const declared: Provider<Schema> = {
    ...provider,
    capabilities: capabilitiesOf(provider),
    start(request) {
      const problem = paymentProblem(provider, request.account.settings, request.payment);
      if (problem) throw problem;
      return provider.start(request);
    },
  };
  return declared as unknown as DeclaredProvider<Schema>;
}
