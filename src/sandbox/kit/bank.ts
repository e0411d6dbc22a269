/**
 * What every simulated bank has in common. A bank is written against its provider's sheet, not against our
 * provider file: it reads our redirect and checks our signature with its own copy of the recipe, on another
 * engine (node:crypto), and signs what it sends.
 */
import * as v from 'valibot';
import type { SandboxAccount } from '../../directory/sandbox-account.ts';
import type { Environment } from '../../payments/types.ts';
import { provider } from '../../providers/registry.ts';
import type { BankOperation, Entry } from './entry.ts';

/** A merchant contract as the bank knows it: the account, its secrets among the settings. */
export interface Merchant {
  readonly account: string;
  /** Left out: a sandbox. */
  readonly environment?: Environment;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The notification address in the bank's back office. */
  readonly callback: string;
}

/** An order that the bank has accepted and shows to the shopper. */
export interface BankOrder {
  readonly id: string;
  readonly bank: string;
  readonly account: string;
  /** The merchant's order number. */
  readonly order: string;
  /** As the bank received it, in minor units. */
  readonly amount: number;
  /** ISO 4217 alpha. */
  readonly currency: string;
  /** Authorise only. */
  readonly manual: boolean;
  /** What the shopper sees. */
  readonly shown: readonly (readonly [label: string, value: string])[];
  /** What this bank needs to answer: its own fields. */
  readonly data: Readonly<Record<string, string>>;
}

/** What the shopper or a script decides. */
export type Decision = 'pay' | 'decline' | 'cancel' | 'wait';

/** How a bank spoils a message on purpose. */
export type Spoiling = 'none' | 'bad-signature' | 'unknown-key' | 'wrong-charset';

/** A message of the bank to the merchant, ready to be sent. */
export interface BankMessage {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** What is wrong with a redirect, and in which field. */
export class BankError extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export interface Bank {
  /** Ids of the providers that this bank plays. */
  readonly providers: readonly string[];
  readonly caption: string;
  /** Methods and paths (hono's syntax) of the pages that shoppers are sent to. */
  readonly pages: readonly { readonly method: 'GET' | 'POST'; readonly path: string }[];
  /** The decisions that its protocol can report. */
  readonly decisions: readonly Decision[];
  /**
   * Reads and checks a redirect.
   * @throws BankError
   */
  receive(
    request: ReceivedRequest,
    merchants: readonly Merchant[],
    memory: Memory,
  ): ReceivedOrder | Promise<ReceivedOrder>;
  /** Methods and paths (hono's syntax) of its API, which merchants' servers call. */
  readonly api?: readonly { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly path: string }[];
  /** Whether a call moves money after a payment: such a call can be made to fail. */
  movesMoney?(call: Omit<ApiCall, 'trouble'>): boolean;
  /** Answers a call of its API. */
  answer?(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response>;
  /** Stores what the shopper decided, for later status queries. */
  decide?(order: BankOrder, merchant: Merchant, decision: Decision, memory: Memory): Promise<void>;
  /** The notification of a decision. */
  notification(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): BankMessage;
  /**
   * The notification of an operation after the payment, of the merchant's or of the back office: that it was carried out, or that it
   * was rejected. Null: this bank tells nothing of it.
   */
  operationNotification?(entry: Entry, operation: BankOperation, merchant: Merchant): BankMessage | null;
  /** Where the shopper goes back to, with what the bank adds. */
  back(order: BankOrder, merchant: Merchant, decision: Decision): string;
}

/** An order as a bank reads it from a redirect. */
export type ReceivedOrder = Omit<BankOrder, 'id' | 'bank'>;

/** What a bank stores between calls: texts by name. */
export interface Memory {
  get(name: string): Promise<string | null>;
  put(name: string, value: string): Promise<void>;
}

/**
 * How a call that moves money goes wrong on purpose:
 * - `fail`: the bank declines;
 * - `bad-signature`: the bank executes it, and its answer does not verify (where answers are signed);
 * - `html`: the bank does nothing, and a proxy answers 500 with a page;
 * - `hang`: the bank does nothing and never answers;
 * - `lost`: the bank executes it, and the answer never arrives.
 */
export const TROUBLES = ['fail', 'bad-signature', 'html', 'hang', 'lost'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** How every call of a bank goes wrong until its outage is ended: it answers 500, or never. Nothing is executed. */
export const OUTAGES = ['down', 'silent'] as const;
export type Outage = (typeof OUTAGES)[number];

/** A call of a bank's API. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: string;
  /** Of the bank's server. */
  readonly origin: string;
  /** How it is to go wrong; null: it is not. */
  readonly trouble: Trouble | null;
}

export interface ReceivedRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
}

/** The merchant of an account: its settings with the provider's defaults in them. @param origin of the merchants' software */
export function merchantOf(account: SandboxAccount, origin: string): Merchant {
  const schema = provider(account.provider)?.settings ?? v.object({});
  return {
    account: account.id,
    environment: account.environment,
    settings: v.parse(schema, account.settings),
    callback: `${origin}/callback/${account.id}`,
  };
}

/** A form body as its names and values, decoded in a charset, order kept. */
export function readForm(
  body: Uint8Array,
  charset: 'utf-8' | 'windows-1252' | 'windows-1251',
): [string, string][] {
  const text = new TextDecoder('windows-1252').decode(body);
  const decoder = new TextDecoder(charset);
  const decode = (part: string) => {
    const bytes: number[] = [];
    for (let i = 0; i < part.length; i++) {
      const char = part[i] ?? '';
      if (char === '%') {
        bytes.push(Number.parseInt(part.slice(i + 1, i + 3), 16));
        i += 2;
      } else bytes.push(char === '+' ? 32 : char.charCodeAt(0));
    }
    return decoder.decode(Uint8Array.from(bytes));
  };
  return text
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const [name = '', ...rest] = part.split('=');
      return [decode(name), decode(rest.join('='))];
    });
}

/** Decimal digits at random, for the numbers that banks give out. */
export function digits(count: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => byte % 10).join('');
}

/** A value of a redirect. */
export function requiredField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (!value) throw new BankError(name, 'is missing');
  return value;
}
