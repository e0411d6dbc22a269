/** Payments: their search, their pages, what is done with them, new links. */
import type { Area } from '../../area.ts';
import { paymentsTexts } from '../../texts/payments.ts';
import { decide, decidingPage } from './decide.tsx';
import { proofFile, rawPage } from './files.tsx';
import { move, movingPage } from './give-and-take.tsx';
import { linkPage, makeLink, newLinkPage } from './link.tsx';
import { paymentPage } from './page.tsx';
import { plainActionDone, plainActionPage } from './plain-actions.tsx';
import { refusalsPage } from './refusals.tsx';
import { resendMany, resendManyPage } from './resend-many.tsx';
import { paymentListPage, quickSearchPage } from './search.tsx';
import { conclude, concludingPage, settle, settlingPage } from './settle.tsx';

const ONE = '/console/payments/:id';

export const paymentsArea: Area = {
  id: 'payments',
  nav: {
    href: '/console/payments',
    order: 20,
    icon: 'card',
    text: (language) => paymentsTexts[language].nav,
  },
  routes: (app) => {
    app.get('/console/payments', paymentListPage);
    app.get('/console/search', quickSearchPage);
    app.get('/console/links/new', newLinkPage);
    app.post('/console/links/new', makeLink);
    app.get('/console/payments/resend', resendManyPage);
    app.post('/console/payments/resend', resendMany);
    app.get('/console/refusals/:account', refusalsPage);
    app.get(ONE, paymentPage);
    app.get(`${ONE}/raw`, rawPage);
    app.get(`${ONE}/proof`, proofFile);
    app.get(`${ONE}/link`, linkPage);
    for (const kind of ['capture', 'refund'] as const) {
      app.get(`${ONE}/${kind}`, (c) => movingPage(c, kind));
      app.post(`${ONE}/${kind}`, (c) => move(c, kind));
    }
    for (const name of ['cancel', 'refresh', 'resend', 'erase'] as const) {
      app.get(`${ONE}/${name}`, (c) => plainActionPage(c, name));
      app.post(`${ONE}/${name}`, (c) => plainActionDone(c, name));
    }
    for (const decision of ['approve', 'decline'] as const) {
      app.get(`${ONE}/operations/:operation/${decision}`, (c) => decidingPage(c, decision));
      app.post(`${ONE}/operations/:operation/${decision}`, (c) => decide(c, decision));
    }
    app.get(`${ONE}/operations/:operation/settle`, settlingPage);
    app.post(`${ONE}/operations/:operation/settle`, settle);
    app.get(`${ONE}/attempts/:attempt/conclude`, concludingPage);
    app.post(`${ONE}/attempts/:attempt/conclude`, conclude);
  },
};
