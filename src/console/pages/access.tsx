/** A request that did not pass Cloudflare Access, or whose user is not there. */
import type { AccessFault } from '../access.ts';
import type { ConsoleContext } from '../context.ts';
import { narrowPage } from '../page.tsx';
import { signinTexts } from '../texts/signin.ts';

export function accessFaultPage(c: ConsoleContext, fault: AccessFault): Response | Promise<Response> {
  const t = signinTexts[c.get('view').language].access;
  return narrowPage(c, {
    title: t.title,
    status: fault === 'keys_unreachable' ? 502 : 403,
    body: <p>{t[fault]}</p>,
  });
}

/** Access knows this person, and we do not. */
export function nobodyPage(c: ConsoleContext, email: string): Response | Promise<Response> {
  const t = signinTexts[c.get('view').language].issuer;
  return narrowPage(c, { title: t.title, status: 403, body: <p>{t.nobody(email)}</p> });
}
