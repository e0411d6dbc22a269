/** Reconciliation: the pages that compare a provider's file with the ledgers' movements. */
import type { Area } from '../../area.ts';
import { postedForm } from '../../submission.tsx';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import { ask, compareAgain, deleteIt, deletionPage, linesFile, mark, markPage, unmark } from './actions.tsx';
import { begin, listPage, takePiece } from './list.tsx';
import { map, mappingPage } from './mapping.tsx';
import { RECONCILIATION, type ReadReconciliation, reconciliationPath } from './read.ts';
import { resultPage } from './result.tsx';

export const reconciliationArea: Area = {
  id: 'reconciliation',
  nav: {
    href: RECONCILIATION,
    order: 65,
    icon: 'check',
    text: (language) => reconciliationTexts[language].nav,
  },
  routes: (app) => {
    const one = `${RECONCILIATION}/:id`;
    app.get(RECONCILIATION, (c) => listPage(c));
    app.post(RECONCILIATION, begin);
    app.get(one, resultPage);
    app.post(`${one}/file`, async (c) => takePiece(c, await postedForm(c)));
    app.get(`${one}/progress`, async (c) => {
      const { file, status } = await c
        .get('api')
        .get<ReadReconciliation>(reconciliationPath(c), { limit: 1 });
      return c.json({ ...file, status });
    });
    app.get(`${one}/columns`, (c) => mappingPage(c));
    app.post(`${one}/columns`, map);
    app.post(`${one}/ask`, ask);
    app.post(`${one}/compare`, compareAgain);
    app.get(`${one}/lines.csv`, linesFile);
    app.get(`${one}/lines/:line/mark`, (c) => markPage(c));
    app.post(`${one}/lines/:line/mark`, mark);
    app.post(`${one}/lines/:line/unmark`, unmark);
    app.get(`${one}/delete`, (c) => deletionPage(c));
    app.post(`${one}/delete`, deleteIt);
  },
};
