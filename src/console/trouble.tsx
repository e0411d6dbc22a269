/** What went wrong, as a page. */
import type { ApiProblem } from './api.ts';
import type { ConsoleContext } from './context.ts';
import { consolePage, narrowPage } from './page.tsx';
import { commonTexts } from './texts/common.ts';
import type { Language } from './texts/languages.ts';

/** What is said in the viewer's language of a problem of the API: title, text, and whether the API's own words help. */
function words(
  language: Language,
  problem: ApiProblem,
  role: string,
): { title: string; text: string | null } {
  const t = commonTexts[language].trouble;
  switch (problem.code) {
    case 'not_found':
      return { title: t.notFound, text: t.notFoundText };
    case 'unauthorized':
    case 'forbidden':
      return { title: t.forbidden, text: t.forbiddenText(role) };
    case 'conflict_version':
    case 'reference_conflict':
    case 'invalid_state':
      return { title: t.conflict, text: t.conflictText };
    case 'provider_error':
    case 'provider_unreachable':
      return { title: t.provider, text: null };
    case 'rate_limited':
      return { title: t.limited, text: t.limitedText };
    case 'internal_error':
    case 'misconfigured':
    case 'unavailable':
      return { title: t.unavailable, text: t.unavailableText };
    case 'payload_too_large':
      return { title: t.tooLarge, text: null };
    default:
      return { title: t.rejected, text: null };
  }
}

/** A problem in one text, for a form: in the viewer's language, then in the API's own words. */
export function problemText(language: Language, problem: ApiProblem): string {
  const { title } = words(language, problem, '');
  return problem.detail ? `${title}: ${problem.detail}` : title;
}

function HomeLink({ language }: { readonly language: Language }) {
  return (
    <p>
      <a class="button" href="/console">
        {commonTexts[language].trouble.home}
      </a>
    </p>
  );
}

/** The page of a problem of the API. */
export function apiProblemPage(c: ConsoleContext, problem: ApiProblem): Response | Promise<Response> {
  const { language, user } = c.get('view');
  const t = commonTexts[language].trouble;
  const { title, text } = words(language, problem, user?.role ?? '');
  const body = (
    <>
      {text !== null && <p>{text}</p>}
      {problem.detail !== '' && problem.code !== 'not_found' && (
        <p class="muted" lang="en">
          {problem.detail}
        </p>
      )}
      {problem.requestId !== null && (
        <p class="small muted">
          {t.request} <span class="id">{problem.requestId}</span>
        </p>
      )}
      <HomeLink language={language} />
    </>
  );
  return consolePage(c, { title, body, status: problem.status });
}

/** Nothing is at this address. */
export function notFoundPage(c: ConsoleContext): Response | Promise<Response> {
  const { language } = c.get('view');
  const t = commonTexts[language].trouble;
  return consolePage(c, {
    title: t.notFound,
    status: 404,
    body: (
      <>
        <p>{t.notFoundText}</p>
        <HomeLink language={language} />
      </>
    ),
  });
}

/** Something of ours failed: the log has it under the number. */
export function failurePage(c: ConsoleContext, request: string): Response | Promise<Response> {
  const t = commonTexts[c.get('view').language].trouble;
  return narrowPage(c, {
    title: t.unavailable,
    status: 500,
    body: (
      <>
        <p>{t.unavailableText}</p>
        <p class="small muted">
          {t.request} <span class="id">{request}</span>
        </p>
      </>
    ),
  });
}
