/** Pages of one form: what is to be typed, or the last question before something is done. Their HTTP status is that of the form. */
import type { Child } from 'hono/jsx';
import { Confirmation, type ConfirmationProps, Form, type FormProps } from './components/form.tsx';
import type { ConsoleContext } from './context.ts';
import { consolePage, type PageParts } from './page.tsx';

type OfPage = Required<Pick<PageParts, 'title' | 'area'>> & Pick<PageParts, 'actions'>;

type FormPageParts = OfPage &
  Omit<FormProps, 'view' | 'children'> & {
    /** What stands before the fields. */
    readonly intro?: Child;
    readonly fields?: Child;
  };

/** A page with a form in a card. */
export function formPage(
  c: ConsoleContext,
  { title, area, actions, intro, fields, ...form }: FormPageParts,
): Promise<Response> {
  return consolePage(c, {
    title,
    area,
    actions,
    status: form.state.status,
    body: (
      <section class="card">
        {intro}
        <Form view={c.get('view')} {...form}>
          {fields}
        </Form>
      </section>
    ),
  });
}

type ConfirmationPageParts = OfPage &
  Omit<ConfirmationProps, 'view' | 'children'> & {
    /** What stands above the question. */
    readonly above?: Child;
    readonly fields?: Child;
  };

/** A page that asks once more. */
export function confirmationPage(
  c: ConsoleContext,
  { title, area, actions, above, fields, ...question }: ConfirmationPageParts,
): Promise<Response> {
  return consolePage(c, {
    title,
    area,
    actions,
    status: question.state.status,
    body: (
      <>
        {above}
        <Confirmation view={c.get('view')} {...question}>
          {fields}
        </Confirmation>
      </>
    ),
  });
}
