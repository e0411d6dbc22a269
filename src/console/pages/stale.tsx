/** A form that came too late: nothing was done, and where to go on. */
import type { ConsoleContext } from '../context.ts';
import { narrowPage } from '../page.tsx';
import { commonTexts } from '../texts/common.ts';

/** The session ended while the form was open. */
export function endedPage(c: ConsoleContext): Response | Promise<Response> {
  const t = commonTexts[c.get('view').language].stale;
  const next = encodeURIComponent(c.req.path);
  return narrowPage(c, {
    title: t.ended,
    status: 401,
    body: (
      <>
        <p>{t.endedText}</p>
        <a class="button main" href={`/console/sign-in?next=${next}`}>
          {t.signIn}
        </a>
      </>
    ),
  });
}

/** The form was made for another sign-in, or by another page. @param open where it can be opened anew. */
export function staleFormPage(c: ConsoleContext, open: string): Response | Promise<Response> {
  const t = commonTexts[c.get('view').language].stale;
  return narrowPage(c, {
    title: t.form,
    status: 403,
    body: (
      <>
        <p>{t.formText}</p>
        <a class="button main" href={open}>
          {t.open}
        </a>
      </>
    ),
  });
}
