/** The shops: websites with their addresses, accounts, keys, webhook endpoints and looks. */
import type { Area } from '../../area.ts';
import { shopsTexts } from '../../texts/shops.ts';
import {
  brandingPage,
  brandingPreview,
  changeBranding,
  removeLogo,
  removeLogoPage,
  setLogo,
} from './branding.tsx';
import { codePage } from './code.tsx';
import {
  deleteEndpoint,
  deleteEndpointPage,
  rotateSecret,
  rotateSecretPage,
  testEndpoint,
  testPage,
  withEndpoint,
} from './endpoint-actions.tsx';
import { changeEndpoint, changeEndpointPage, makeEndpoint, newEndpointPage } from './endpoint-form.tsx';
import { endpointListPage, endpointPage } from './endpoints.tsx';
import { changeShop, changeShopPage, makeShop, newShopPage } from './form.tsx';
import { keysPage, rotateKey, rotateKeyPage } from './keys.tsx';
import { shopListPage } from './list.tsx';
import { changeShopAccounts, shopAccountsPage } from './order.tsx';
import { shopOverviewPage } from './page.tsx';
import { forConfigurers } from './parts.tsx';
import { SHOPS } from './read.ts';
import { deleteShop, deleteShopPage, switchPage, turnSwitch } from './switches.tsx';

export const shopsArea: Area = {
  id: 'shops',
  nav: { href: SHOPS, order: 50, icon: 'shop', text: (language) => shopsTexts[language].nav },
  routes: (app) => {
    const one = `${SHOPS}/:id`;
    const endpoint = `${one}/endpoints/:endpoint`;
    app.get(SHOPS, shopListPage);
    const forms = [
      [`${SHOPS}/new`, newShopPage, makeShop],
      [`${one}/change`, changeShopPage, changeShop],
      [`${one}/switches/:switch`, switchPage, turnSwitch],
      [`${one}/delete`, deleteShopPage, deleteShop],
      [`${one}/keys/:kind`, rotateKeyPage, rotateKey],
      [`${one}/branding/logo/remove`, removeLogoPage, removeLogo],
      [`${one}/endpoints/new`, newEndpointPage, makeEndpoint],
      [`${endpoint}/change`, changeEndpointPage, changeEndpoint],
      [`${endpoint}/test`, withEndpoint((c, found) => testPage(c, found)), withEndpoint(testEndpoint)],
      [
        `${endpoint}/rotate`,
        withEndpoint((c, found) => rotateSecretPage(c, found)),
        withEndpoint(rotateSecret),
      ],
      [`${endpoint}/delete`, withEndpoint((c, found) => deleteEndpointPage(c, found)), deleteEndpoint],
      [`${one}/branding/logo`, brandingPage, setLogo],
    ] as const;
    for (const [path, show, take] of forms) {
      app.get(path, forConfigurers(show));
      app.post(path, forConfigurers(take));
    }
    app.get(one, shopOverviewPage);
    app.get(`${one}/accounts`, shopAccountsPage);
    app.post(`${one}/accounts`, forConfigurers(changeShopAccounts));
    app.get(`${one}/keys`, keysPage);
    app.get(`${one}/endpoints`, endpointListPage);
    app.get(endpoint, endpointPage);
    app.get(`${one}/branding`, brandingPage);
    app.post(`${one}/branding`, forConfigurers(changeBranding));
    app.get(`${one}/branding/preview`, brandingPreview);
    app.get(`${one}/code`, codePage);
  },
};
