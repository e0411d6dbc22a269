/**
 * What happens with a form that was posted: it is done once, its problems go back to its fields, and whoever pressed is led to a page that
 * shows what came of it.
 *
 *     app.post('/console/shops/:id/name', (c) =>
 *       submission(c, {
 *         run: async (posted, operation) => {
 *           await c.get('api').put(`/shops/${c.req.param('id')}`, { name: posted.text('name') });
 *           return { to: `/console/shops/${c.req.param('id')}`, flash: t.renamed };
 *         },
 *         form: (state) => namePage(c, state),
 *       }),
 *     );
 */
import { ApiProblem } from './api.ts';
import { CSRF_FIELD, OPERATION_FIELD } from './components/form.tsx';
import type { ConsoleContext } from './context.ts';
import { writeFlash } from './flash.ts';
import { FormProblem, FormState, type FormValues, isOperation, Posted } from './form-state.ts';
import type { Begun } from './once.ts';
import { narrowPage } from './page.tsx';
import { commonTexts } from './texts/common.ts';
import { problemText } from './trouble.tsx';

/** What came of a form. */
export interface FormOutcome {
  /** The page that shows it: where the browser is led, and where a second press ends. */
  readonly to: string;
  /** Said on that page. */
  readonly flash?: string;
  /** A page instead of the redirect, for what is shown once: keys and tokens. */
  readonly shown?: Response;
}

export interface Submission {
  /** Does it. `operation` is the form's one-time id: pass it on as Idempotency-Key where the API takes one. @throws ApiProblem, FormProblem */
  readonly run: (posted: Posted, operation: string) => Promise<FormOutcome>;
  /** The form again, with what was typed and what is wrong. */
  readonly form: (state: FormState) => Response | Promise<Response>;
  /** Whether the API does the same operation id once, so that a lost answer may be asked for again. */
  readonly repeatable?: boolean;
}

/** Reads the body of a form. */
export async function postedForm(c: ConsoleContext): Promise<Posted> {
  const body = await c.req.parseBody({ all: true });
  const values: Record<string, readonly string[]> = {};
  const files: Record<string, File> = {};
  for (const [name, value] of Object.entries(body)) {
    const all = Array.isArray(value) ? value : [value];
    const file = all.find((one): one is File => typeof one !== 'string');
    if (file) files[name] = file;
    values[name] = all.filter((one): one is string => typeof one === 'string');
  }
  return new Posted(values, files);
}

/** What was typed, without our own fields. */
function typed(posted: Posted): FormValues {
  const { [CSRF_FIELD]: _csrf, [OPERATION_FIELD]: _operation, ...values } = posted.values;
  return values;
}

function seeOther(c: ConsoleContext, to: string): Response {
  return c.redirect(to, 303);
}

type Log = ReturnType<ConsoleContext['env']['ONCE']['get']>;

/** How long a second press waits for the first, and how often it looks. Milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** Begins an operation; where another request is at it, waits for what comes of that one. */
async function begin(c: ConsoleContext, log: Log, operation: string, repeatable: boolean): Promise<Begun> {
  const { now } = c.get('ports');
  const until = now() + PATIENCE_MS;
  for (let looks = 0; ; looks++) {
    const begun = await log.begin(operation, repeatable);
    if (begun.kind !== 'running' || now() >= until || looks >= PATIENCE_MS / LOOK_EVERY_MS) return begun;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

type Attempt = { readonly outcome: FormOutcome } | { readonly error: unknown };

/** Does it, and notes what came of it. */
async function attempt(
  log: Log,
  { run, repeatable }: Submission,
  posted: Posted,
  operation: string,
): Promise<Attempt> {
  try {
    const outcome = await run(posted, operation);
    await log.finish(operation, outcome.to);
    return { outcome };
  } catch (error) {
    // What was certainly not done may be done under the same or a new id; of all else nobody knows.
    const nothingDone = error instanceof FormProblem || (error instanceof ApiProblem && error.nothingDone);
    await (nothingDone || repeatable ? log.forget(operation) : log.lose(operation));
    return { error };
  }
}

/** The form again, with what is wrong. */
function formAgain(c: ConsoleContext, { form }: Submission, posted: Posted, error: unknown) {
  const values = typed(posted);
  if (error instanceof FormProblem)
    return form(new FormState({ values, problems: error.problems, isBack: true }));
  if (!(error instanceof ApiProblem)) throw error;
  const { language } = c.get('view');
  return form(
    new FormState({
      values,
      problems: error.errors,
      trouble: error.errors.length > 0 ? null : problemText(language, error),
      isBack: true,
      // The same id asks again for what may have been done.
      ...(!error.nothingDone && { operation: posted.raw(OPERATION_FIELD) }),
    }),
  );
}

/** Another request is at it, or its answer was lost. */
function undecidedPage(c: ConsoleContext, kind: 'running' | 'unknown') {
  const t = commonTexts[c.get('view').language].trouble;
  const isRunning = kind === 'running';
  return narrowPage(c, {
    title: isRunning ? t.running : t.unknown,
    status: 409,
    body: (
      <>
        <p>{isRunning ? t.runningText : t.unknownText}</p>
        <a class="button main" href={c.req.path}>
          {t.look}
        </a>
      </>
    ),
  });
}

/** Does what a posted form says, once. */
export async function submission(c: ConsoleContext, what: Submission): Promise<Response> {
  const { language, user } = c.get('view');
  const posted = await postedForm(c);
  const operation = posted.raw(OPERATION_FIELD);
  // Nobody's form: ours have one.
  if (!isOperation(operation)) return what.form(new FormState({ values: typed(posted), isBack: true }));
  const log = c.env.ONCE.get(c.env.ONCE.idFromName(user?.id ?? ''));
  const begun = await begin(c, log, operation, what.repeatable ?? false);
  if (begun.kind === 'done') {
    writeFlash(c, { kind: 'warn', text: commonTexts[language].doneAlready });
    return seeOther(c, begun.to);
  }
  if (begun.kind !== 'first') return undecidedPage(c, begun.kind);
  const work = attempt(log, what, posted, operation);
  // Whoever presses twice hangs up on the first answer: the change is finished all the same.
  c.executionCtx.waitUntil(work);
  const result = await work;
  if ('error' in result) return formAgain(c, what, posted, result.error);
  const { to, flash, shown } = result.outcome;
  if (shown) return shown;
  if (flash !== undefined) writeFlash(c, { kind: 'ok', text: flash });
  return seeOther(c, to);
}
