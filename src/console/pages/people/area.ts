/** Users and tokens. */
import type { Area } from '../../area.ts';
import { peopleTexts } from '../../texts/people.ts';
import { tokenRoutes } from './tokens.tsx';
import { userRoutes } from './users.tsx';

export const peopleArea: Area = {
  id: 'people',
  nav: {
    href: '/console/users',
    order: 70,
    icon: 'people',
    text: (language) => peopleTexts[language].nav,
    roles: ['owner'],
  },
  routes: (app) => {
    userRoutes(app);
    tokenRoutes(app);
  },
};
