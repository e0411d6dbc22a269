/** What stands on the pages for shoppers, between the frame's head and foot. */
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Means } from '../../gateway/means.ts';
import type { PageLanguage } from '../../payments/page-languages.ts';
import type { PaymentRequest, Redirect } from '../../payments/types.ts';
import { straight } from './frame.tsx';
import { Icon, type IconName } from './icons.tsx';
import { filled, writtenAmount } from './languages.ts';
import type { Texts } from './texts/texts.ts';

/** What is paid, as a shopper reads it. */
export interface ShownOrder {
  readonly amount: string;
  /** What of it has come before; null: nothing. */
  readonly paidBefore: string | null;
  readonly reference: string;
  readonly description: string | null;
  /** How many instalments it is paid in; null: at once. */
  readonly parts: number | null;
  readonly lines: readonly { readonly name: string; readonly quantity: number; readonly amount: string }[];
}

/** The parts of a request that its shopper sees; line items are there where the shop has given any. */
export type OrderRequest = Pick<PaymentRequest, 'amount' | 'currency' | 'reference' | 'description'> & {
  readonly lineItems?:
    | readonly { readonly name: string; readonly quantity: number; readonly amount: number }[]
    | null
    | undefined;
  readonly installments?: { readonly count: number } | null | undefined;
};

/** @param paidBefore what has come already, in minor units: the amount of the request is what is left. */
export function shownOrder(language: PageLanguage, request: OrderRequest, paidBefore = 0): ShownOrder {
  const { amount, currency, reference, description, lineItems, installments } = request;
  return {
    amount: writtenAmount(language, amount, currency),
    paidBefore: paidBefore > 0 ? writtenAmount(language, paidBefore, currency) : null,
    reference,
    description,
    parts: installments?.count ?? null,
    lines: (lineItems ?? []).map((line) => ({
      ...line,
      amount: writtenAmount(language, line.amount, currency),
    })),
  };
}

/** A text of the shop's. */
function Theirs({ text }: { readonly text: string }) {
  return <bdi>{straight(text)}</bdi>;
}

/** Lines that a page shows at once: the means of payment stay near. */
const LINES_AT_ONCE = 5;

/** Lines that a page has at all: a page weighs less than 20 KB. */
const LINES_AT_MOST = 20;

/** Characters of a name that a page has. */
const NAME_AT_MOST = 80;

/** A name that a line has room for. */
function shortName(name: string): string {
  const characters = [...name];
  return characters.length > NAME_AT_MOST ? `${characters.slice(0, NAME_AT_MOST - 1).join('')}…` : name;
}

/** @param more how many lines follow that the page does not have. */
function LineTable({ lines, more = 0 }: Pick<ShownOrder, 'lines'> & { readonly more?: number }) {
  return (
    <table>
      {lines.map(({ name, quantity, amount }) => (
        <tr>
          <td>
            {quantity > 1 && `${quantity} × `}
            <Theirs text={shortName(name)} />
          </td>
          <td>{amount}</td>
        </tr>
      ))}
      {more > 0 && (
        <tr>
          <td>+ {more}</td>
        </tr>
      )}
    </table>
  );
}

/** What is bought; of many lines the most are folded, and those beyond what a page holds are counted. The sign says it in every language. */
function Lines({ lines }: Pick<ShownOrder, 'lines'>) {
  if (lines.length === 0) return null;
  if (lines.length <= LINES_AT_ONCE + 1) return <LineTable lines={lines} />;
  return (
    <>
      <LineTable lines={lines.slice(0, LINES_AT_ONCE)} />
      <details>
        <summary>+ {lines.length - LINES_AT_ONCE}</summary>
        <LineTable lines={lines.slice(LINES_AT_ONCE, LINES_AT_MOST)} more={lines.length - LINES_AT_MOST} />
      </details>
    </>
  );
}

/** What has come of the amount before: lines that come to more than what is left would look wrong without it. */
function PaidBefore({ texts, order: { paidBefore } }: { readonly texts: Texts; readonly order: ShownOrder }) {
  return paidBefore === null ? null : <p>{filled(texts.paidBefore, { amount: paidBefore })}</p>;
}

/** The amount, what it is for, and the shop's reference. */
function Sum({ texts, order }: { readonly texts: Texts; readonly order: ShownOrder }) {
  return (
    <>
      <p class="label">{texts.toPay}</p>
      <h1 class="amount">{order.amount}</h1>
      <PaidBefore texts={texts} order={order} />
      {order.parts !== null && <p>{filled(texts.inParts, { count: String(order.parts) })}</p>}
      {order.description !== null && (
        <p>
          <Theirs text={order.description} />
        </p>
      )}
      <Lines lines={order.lines} />
      <p class="hint">
        {texts.reference} <Theirs text={order.reference} />
      </p>
    </>
  );
}

/** Where a shopper may go from a page. */
export interface Way {
  readonly caption: string;
  readonly href: string;
  /** The choice of a means of payment; empty: what is posted is none; left out: the way is a link. */
  readonly account?: string;
}

/**
 * A form with the choice of a means of payment. It is no POST, so that who comes back to what it led to sees that again, and no warning of
 * the browser. The query of its address goes along as fields, because the browser leaves it out.
 */
function Choosing({ to, children }: { readonly to: string; readonly children: Child }) {
  const [path, query] = to.split('?');
  return (
    <form method="get" action={path}>
      {[...new URLSearchParams(query)].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}

function WayOn({
  way: { caption, href, account },
  isFirst,
}: {
  readonly way: Way;
  readonly isFirst: boolean;
}) {
  const look = isFirst ? 'button' : 'button quiet';
  if (account === undefined)
    return (
      <a class={look} href={href}>
        {caption}
      </a>
    );
  const button = (
    <button class={look} type="submit" name="account" value={account}>
      {caption}
    </button>
  );
  if (account !== '') return <Choosing to={href}>{button}</Choosing>;
  return (
    <form method="post" action={href}>
      {button}
    </form>
  );
}

/** A page that says one thing. */
export interface Message {
  readonly icon: IconName;
  readonly title: string;
  readonly sentences: readonly string[];
  readonly ways?: readonly Way[];
  /** What it is about, where that is known; and when it was paid. */
  readonly order?: ShownOrder | null;
  readonly paidOn?: string | null;
}

export function messageContent(
  texts: Texts,
  { icon, title, sentences, ways = [], order, paidOn }: Message,
): Child {
  return (
    <>
      <h1>
        <Icon name={icon} />
        {title}
      </h1>
      {sentences.length > 0 && <p>{sentences.join(' ')}</p>}
      {order && (
        <div class="facts">
          <p class="sum">{order.amount}</p>
          <PaidBefore texts={texts} order={order} />
          {order.description !== null && (
            <p>
              <Theirs text={order.description} />
            </p>
          )}
          {paidOn && <Lines lines={order.lines} />}
          <p class="hint">
            {texts.reference} <Theirs text={order.reference} />
          </p>
          {paidOn && <p class="hint">{filled(texts.paidOn, { date: paidOn })}</p>}
        </div>
      )}
      {ways.map((way, index) => (
        <WayOn way={way} isFirst={index === 0} />
      ))}
    </>
  );
}

/** A means of payment to choose. */
export interface OfferedMeans extends Means {
  /** The account. */
  readonly id: string;
}

interface Chooser {
  readonly order: ShownOrder;
  /** What became of the last try; null: there was none. */
  readonly note: Pick<Message, 'title' | 'sentences'> | null;
  readonly choices: readonly OfferedMeans[];
  /** Where the choice goes. */
  readonly action: string;
}

/** The means of payment as buttons of one form: a keyboard and a screen reader need nothing more, and no script runs. */
export function chooserContent(texts: Texts, { order, note, choices, action }: Chooser): Child {
  return (
    <>
      <Sum texts={texts} order={order} />
      {note && (
        <div class="note" role="status">
          <b>
            <Icon name="warning" />
            {note.title}
          </b>
          {note.sentences.length > 0 && <p>{note.sentences.join(' ')}</p>}
        </div>
      )}
      <Choosing to={action}>
        <fieldset>
          <legend>{texts.how}</legend>
          {choices.map(({ id, kind, name, page }) => (
            <button class="row" type="submit" name="account" value={id}>
              <Icon name={kind} {...(name !== null && { label: texts[kind] })} />
              <span>
                <b>{name === null ? texts[kind] : <Theirs text={name} />}</b>
                <small>{filled(texts.next, { name: page })}</small>
              </span>
              <Icon name="onward" />
            </button>
          ))}
        </fieldset>
      </Choosing>
    </>
  );
}

/** A field named `submit` would hide the form's own method. */
const SUBMIT = 'HTMLFormElement.prototype.submit.call(document.forms[0])';

interface Going {
  readonly order: ShownOrder;
  /** The page that the shopper goes on to; null: it is not known whose. */
  readonly page: string | null;
  /** Posted by itself; a path: posted by the shopper. */
  readonly to: Extract<Redirect, { kind: 'form' }> | string;
}

/** On to the provider: its form, which posts itself, with a button where scripts are off; or our own button. */
export function goingContent(texts: Texts, { order, page, to }: Going, nonce: string): Child {
  const isOurs = typeof to === 'string';
  return (
    <>
      <Sum texts={texts} order={order} />
      {page !== null && <p>{filled(texts.next, { name: page })}</p>}
      <form method="post" action={isOurs ? to : to.url} {...(!isOurs && { 'accept-charset': to.charset })}>
        {!isOurs && to.fields.map(({ name, value }) => <input type="hidden" name={name} value={value} />)}
        <button type="submit">{texts.go}</button>
      </form>
      {!isOurs && <script nonce={nonce}>{raw(SUBMIT)}</script>}
    </>
  );
}

/** A bank's own form, under what is paid, and what comes next. */
export function bankFormContent(texts: Texts, order: ShownOrder, next: string | null, form: string): Child {
  return (
    <>
      <Sum texts={texts} order={order} />
      {next !== null && <p>{next}</p>}
      {raw(form)}
    </>
  );
}
