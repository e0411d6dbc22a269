/** What to set before anybody can sign in: the answer to every request until then. */
import type { ConsoleContext } from '../context.ts';
import { narrowPage } from '../page.tsx';
import { commonTexts } from '../texts/common.ts';

const WAYS = [
  { name: 'access', variables: ['ACCESS_TEAM', 'ACCESS_AUDIENCE'] },
  { name: 'oidc', variables: ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] },
  { name: 'passwords', variables: ['PASSWORDS', 'CONSOLE_KEY'] },
] as const;

/** @param faults what is wrong with the variables, in English. */
export function setUpPage(c: ConsoleContext, faults: readonly string[]): Response | Promise<Response> {
  const t = commonTexts[c.get('view').language].setUp;
  return narrowPage(c, {
    title: t.title,
    status: 503,
    body: (
      <>
        <p>{t.text}</p>
        {faults.length > 0 && (
          <div class="notice bad">
            <h2>{t.faults}</h2>
            <ul lang="en">
              {faults.map((fault) => (
                <li>{fault}</li>
              ))}
            </ul>
          </div>
        )}
        <dl class="stack">
          {WAYS.map(({ name, variables }) => (
            <div class="card">
              <dt>
                <strong>{t[name]}</strong>
              </dt>
              <dd class="id">{variables.join(', ')}</dd>
            </div>
          ))}
        </dl>
      </>
    ),
  });
}
