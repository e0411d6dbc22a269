/** The few pages that shoppers see. No script or style from elsewhere; what is inline carries a nonce. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Redirect } from '../payments/types.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
  main { box-sizing: border-box; max-width: min(32rem, 100vw); padding: 2rem; overflow-wrap: anywhere; }
  fieldset { min-width: 0; }
  button { font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: .4rem; background: #14532d; color: #fff; cursor: pointer; }
  button:focus-visible { outline: 3px solid #86efac; }
`;

/** The content security policy of our own pages: nothing is loaded, and what is inline carries the nonce. */
export function ownPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The headers of a page: nothing that its policy does not name, no frames, no referrer. */
export function pageHeaders(policy: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

interface PageProps {
  readonly title: string;
  readonly nonce: string;
  readonly children: Child;
  /** The content of a refresh: seconds, and an address where it is another one. */
  readonly refresh?: string | undefined;
}

function Page({ title, nonce, children, refresh }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {refresh !== undefined && <meta http-equiv="refresh" content={refresh} />}
        <title>{title}</title>
        <style nonce={nonce}>{raw(STYLE)}</style>
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** A field named `submit` would hide the form's own method. */
const SUBMIT = 'HTMLFormElement.prototype.submit.call(document.forms[0])';

function FormPage({ redirect, nonce }: { redirect: Extract<Redirect, { kind: 'form' }>; nonce: string }) {
  return (
    <Page title="On to the payment" nonce={nonce}>
      <h1>On to the payment</h1>
      <p>You are being taken to the secure page of the payment provider.</p>
      <form method="post" action={redirect.url} accept-charset={redirect.charset}>
        {redirect.fields.map(({ name, value }) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit">Continue</button>
      </form>
      <script nonce={nonce}>{raw(SUBMIT)}</script>
    </Page>
  );
}

/** Where a shopper may go from a page. */
export interface Way {
  readonly caption: string;
  readonly href: string;
  /** Posted as the choice of a means of payment; left out: the way is a link. */
  readonly account?: string;
}

function WayOn({ caption, href, account }: Way) {
  if (account === undefined)
    return (
      <p>
        <a href={href}>{caption}</a>
      </p>
    );
  return (
    <form method="post" action={href}>
      <p>
        <button type="submit" name="account" value={account}>
          {caption}
        </button>
      </p>
    </form>
  );
}

/** A page that says one thing. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly ways?: readonly Way[];
  /** For questions; left out where the page is to be the same for everybody. */
  readonly requestId?: string;
  /** The address that it goes on to by itself, in as many seconds as the waiting page. */
  readonly refresh?: string;
}

/** Seconds after which a page that waits for a result looks again. */
const LOOK_AGAIN = 3;

function MessagePage({ title, text, ways = [], requestId, refresh, nonce }: Message & { nonce: string }) {
  return (
    <Page title={title} nonce={nonce} refresh={refresh && `${LOOK_AGAIN}; url=${refresh}`}>
      <h1>{title}</h1>
      <p>{text}</p>
      {ways.map((way) => (
        <WayOn {...way} />
      ))}
      {requestId !== undefined && (
        <p>
          <small>
            If you ask the shop about this, give this number: <code>{requestId}</code>
          </small>
        </p>
      )}
    </Page>
  );
}

function rendered(page: Child): string {
  return `<!doctype html>${String(html`${page}`)}`;
}

/** A page that posts the provider's form by itself, with a button where scripts are off. */
export function formPage(redirect: Extract<Redirect, { kind: 'form' }>, nonce: string): string {
  return rendered(<FormPage redirect={redirect} nonce={nonce} />);
}

interface ChoicePageProps {
  /** Where the choice is posted. */
  readonly action: string;
  readonly title: string;
  readonly text: string;
  readonly choices: readonly { readonly id: string; readonly caption: string }[];
}

/** The means of payment as buttons of one form: a keyboard and a screen reader need nothing more, and no script runs. */
export function choicePage({ action, title, text, choices }: ChoicePageProps, nonce: string): string {
  return rendered(
    <Page title={title} nonce={nonce}>
      <h1>{title}</h1>
      <p>{text}</p>
      <form method="post" action={action}>
        <fieldset>
          <legend>How would you like to pay?</legend>
          {choices.map(({ id, caption }) => (
            <p>
              <button type="submit" name="account" value={id}>
                {caption}
              </button>
            </p>
          ))}
        </fieldset>
      </form>
    </Page>,
  );
}

/** A page that comes back by itself: another request of the same shopper is registering the order. */
export function waitPage(nonce: string): string {
  return rendered(
    <Page title="One moment" nonce={nonce} refresh="2">
      <h1>One moment</h1>
      <p>Your payment is being prepared.</p>
    </Page>,
  );
}

/**
 * A page that looks again by itself, while the bank's result is on its way.
 * @param addresses.again where it looks; `onward`: where a shopper goes who does not wait.
 */
export function waitingPage(
  addresses: { readonly again: string; readonly onward: string },
  nonce: string,
): string {
  const text =
    'Your bank has not told us yet what became of the payment. You need do nothing, and must not pay again: this page goes on to the shop by itself, within a minute.';
  return messagePage(
    {
      title: 'Waiting for the bank',
      text,
      ways: [{ caption: 'Go back to the shop now', href: addresses.onward }],
      refresh: addresses.again,
    },
    nonce,
  );
}

/** The page at the root. */
export function homePage(nonce: string): string {
  return messagePage(
    {
      title: 'countersign',
      text: 'This service signs payments for shops and takes their customers to the bank. If you came from a shop, please go back there: your order is not here.',
      ways: [{ caption: 'For developers: the reference of its API', href: '/docs' }],
    },
    nonce,
  );
}

/** A page that says one thing. */
export function messagePage(message: Message, nonce: string): string {
  return rendered(<MessagePage {...message} nonce={nonce} />);
}
