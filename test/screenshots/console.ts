/** The console's pages, for `npm run screenshots` and for the tests in a browser: one list, to which each area adds its own. */

/** A page that whoever is signed in as the owner sees. */
export interface ConsolePageToShow {
  /** That of the file. */
  readonly name: string;
  /** Path and query. */
  readonly path: string;
  /** Whether it stands in docs/screenshots: few do. */
  readonly kept?: true;
}

/** Pages before the sign-in. */
export const VISITOR_PAGES: readonly ConsolePageToShow[] = [
  { name: 'sign-in', path: '/console/sign-in', kept: true },
];

export const CONSOLE_PAGES: readonly ConsolePageToShow[] = [
  { name: 'me', path: '/console/me' },
  { name: 'password', path: '/console/me/password' },
  { name: 'second-factor', path: '/console/me/second-factor' },
  { name: 'books', path: '/console/books', kept: true },
  { name: 'books-export', path: '/console/books/export' },
  { name: 'not-found', path: '/console/nothing-is-here' },
  { name: 'home', path: '/console', kept: true },
  { name: 'payments', path: '/console/payments?status=paid', kept: true },
  { name: 'attention', path: '/console/attention' },
  { name: 'new-link', path: '/console/links/new?shop=demo' },
  { name: 'resend', path: '/console/payments/resend' },
  { name: 'transactions', path: '/console/transactions' },
  { name: 'shops', path: '/console/shops' },
  { name: 'shop', path: '/console/shops/demo', kept: true },
  { name: 'new-shop', path: '/console/shops/new' },
  { name: 'shop-accounts', path: '/console/shops/demo/accounts' },
  { name: 'shop-keys', path: '/console/shops/demo/keys' },
  { name: 'shop-endpoints', path: '/console/shops/demo/endpoints' },
  { name: 'shop-endpoint', path: '/console/shops/demo/endpoints/first' },
  { name: 'shop-branding', path: '/console/shops/demo/branding' },
  { name: 'shop-code', path: '/console/shops/demo/code' },
  { name: 'configs', path: '/console/polybanking' },
  { name: 'config', path: '/console/polybanking/configs/demo' },
  { name: 'old-users', path: '/console/polybanking/users' },
];
