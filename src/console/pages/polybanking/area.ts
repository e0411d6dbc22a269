/** What PolyBanking's operators had, in its words: configs, users, changes. Its transactions have an area of their own. */
import type { Area } from '../../area.ts';
import { configListPage, configPage } from './configs.tsx';
import { POLYBANKING } from './read.ts';
import { oldUsersPage } from './users.tsx';

export const polybankingArea: Area = {
  id: 'polybanking',
  routes: (app) => {
    app.get(POLYBANKING, configListPage);
    app.get(`${POLYBANKING}/configs/:id`, configPage);
    app.get(`${POLYBANKING}/users`, oldUsersPage);
  },
};
