/** The front door in production, for people who come upon the address; and the icon that their browsers ask for. */

import { documented } from './openapi.ts';
import { homePage, ownPolicy, pageHeaders } from './pages.tsx';
import { Routes } from './router.ts';
import { newNonce } from './shopper-pages.ts';

/** A sheet with a signature's stroke. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#14532d"/><path d="M7 21c5-12 7-12 7-6s2 7 4 2 3-4 3 0 2 4 4 1" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** Browsers ask for it at every page: once a day is enough. */
const ICON_HEADERS = {
  'content-type': 'image/svg+xml',
  'content-security-policy': "default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'public, max-age=86400',
};

export function homeRoutes(): Routes {
  const routes = new Routes();
  routes.get(
    '/',
    documented({
      summary: 'A page that says what this address is',
      auth: null,
      success: { 200: 'A page; under `npm start` the demo shop.' },
      errors: [],
      example: {},
    }),
    (c) => {
      const nonce = newNonce(c.get('service'));
      return new Response(homePage(nonce), { headers: pageHeaders(ownPolicy(nonce)) });
    },
  );
  routes.get(
    '/favicon.ico',
    documented({
      summary: 'The icon of our pages',
      auth: null,
      success: { 200: 'An SVG image.' },
      errors: [],
      example: {},
    }),
    () => new Response(ICON, { headers: ICON_HEADERS }),
  );
  return routes;
}
