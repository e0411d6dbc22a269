/**
 * What our pages say to shoppers. Each language is a file beside this one, and one without a text does not compile. English stands in the
 * Worker, the others in a document that it reads (spoken.ts). `{name}`, `{amount}`, `{count}` and `{date}` are filled in. Titles and buttons have no full stop, sentences have.
 */
import type { AccountKind } from '../../../payments/account-kinds.ts';

export interface Texts extends Readonly<Record<AccountKind, string>> {
  /** The ribbon of a payment whose money is not real. */
  readonly test: string;
  /** Above the amount. */
  readonly toPay: string;
  /** Below the amount, where a part of what was asked for has come. */
  readonly paidBefore: string;
  /** Below the amount, where it is paid in instalments. */
  readonly inParts: string;
  readonly reference: string;
  readonly how: string;
  /** What happens next; the name is the provider's, and stands alone so that no language has to bend it. */
  readonly next: string;
  readonly going: string;
  readonly go: string;
  readonly preparing: string;
  readonly waiting: string;
  readonly waitingText: string;
  readonly back: string;
  /** In place of the way back, where the shop has given no address. */
  readonly close: string;
  readonly language: string;
  readonly secured: string;
  /** Before a request id. */
  readonly number: string;

  /** What became of a payment. */
  readonly paid: string;
  readonly paidOn: string;
  readonly accepted: string;
  readonly checking: string;
  readonly partly: string;
  readonly partlyBack: string;
  readonly paidBack: string;
  readonly takenBack: string;
  readonly notYet: string;
  readonly cancelled: string;
  /** After what is paid, accepted or being checked. */
  readonly noMore: string;
  /** After what is paid in part, what goes back, and what the bank has taken back. */
  readonly rest: string;
  /** In place of the rest, where instalments are agreed. */
  readonly parts: string;
  readonly days: string;
  readonly askShop: string;

  /** What is known of the money. */
  readonly nothing: string;
  readonly thisTime: string;
  readonly maybe: string;
  /** In place of both, where an attempt was left of which nobody has told a result, and nobody is asked. */
  readonly unclear: string;

  /** Where to go from here. */
  readonly again: string;
  readonly other: string;
  readonly openAgain: string;
  /** After a payment that is over: its link leads nowhere any more. */
  readonly anew: string;

  /** Why the bank has declined. */
  readonly funds: string;
  readonly cardExpired: string;
  readonly notConfirmed: string;
  readonly limit: string;
  readonly cardWrong: string;

  /** Why nobody can be taken to the bank. */
  readonly noAnswer: string;
  readonly refused: string;
  readonly outOfOrder: string;
  readonly notTaken: string;
  readonly askHow: string;
  readonly failed: string;
  readonly later: string;
  /** After so many tries that the next one has to wait; `{count}` is a number of minutes. */
  readonly laterIn: string;
  readonly notUnderstood: string;
  readonly calledOff: string;
  readonly timeUp: string;
  readonly unknown: string;

  /** Of a card form that a provider leaves to us to word (dressed.tsx). */
  readonly cardNumber: string;
  readonly cardMonth: string;
  readonly cardYear: string;
  readonly cardCode: string;
  readonly cardHolder: string;
  readonly payNow: string;
  readonly needsScript: string;
}
