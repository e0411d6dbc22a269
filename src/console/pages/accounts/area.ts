/** The accounts at providers. */
import type { Area } from '../../area.ts';
import { freshForm } from '../../form-state.ts';
import { accountsTexts } from '../../texts/accounts.ts';
import { check, checkPage, rotate, rotatePage } from './actions.tsx';
import { deleteAccount, deletePage, retire, retirePage } from './endings.tsx';
import { changeAccount, changeAccountPage, makeAccount, newAccountPage } from './form.tsx';
import { succeed, succeedPage, undo, undoPage } from './moves.tsx';
import { accountListPage, accountPage } from './page.tsx';
import { ACCOUNTS } from './read.ts';

export const accountsArea: Area = {
  id: 'accounts',
  nav: { href: ACCOUNTS, order: 40, icon: 'bank', text: (language) => accountsTexts[language].nav },
  routes: (app) => {
    const one = `${ACCOUNTS}/:id`;
    app.get(ACCOUNTS, accountListPage);
    app.get(`${ACCOUNTS}/new`, newAccountPage);
    app.post(`${ACCOUNTS}/new`, makeAccount);
    app.get(one, accountPage);
    app.get(`${one}/change`, changeAccountPage);
    app.post(`${one}/change`, changeAccount);
    app.get(`${one}/secrets/:setting`, (c) => rotatePage(c, freshForm({ graceSeconds: 86_400 })));
    app.post(`${one}/secrets/:setting`, rotate);
    app.get(`${one}/check`, (c) => checkPage(c, freshForm()));
    app.post(`${one}/check`, check);
    app.get(`${one}/retire`, (c) => retirePage(c, freshForm()));
    app.post(`${one}/retire`, retire);
    app.get(`${one}/succeed`, (c) => succeedPage(c, freshForm()));
    app.post(`${one}/succeed`, succeed);
    app.get(`${one}/undo`, (c) => undoPage(c, freshForm()));
    app.post(`${one}/undo`, undo);
    app.get(`${one}/delete`, (c) => deletePage(c, freshForm()));
    app.post(`${one}/delete`, deleteAccount);
  },
};
