/** Files to be kept: the headers of an answer that a browser saves, and a list of the API as one file. */
import { utf8 } from '../signing/bytes.ts';

/** @param type its media type. */
export function fileHeaders(type: string, name: string): Readonly<Record<string, string>> {
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
}

/**
 * All pages of a list as one CSV file, while they come. A page that fails breaks the answer off: half a file must not look whole.
 * @param page asks the API for a page; null: the first.
 * @param begin what the file begins with: nothing, or a byte order mark.
 * @throws ApiProblem where there is no first page.
 */
export async function csvOfPages(
  name: string,
  page: (cursor: string | null) => Promise<Response>,
  begin: '' | '\uFEFF' = '',
): Promise<Response> {
  let answer: Response | null = await page(null);
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!answer) return controller.close();
      const cursor = answer.headers.get('x-next-cursor');
      const text = await answer.text();
      // Each page begins with the names of the columns.
      const part = isFirst ? begin + text : text.slice(text.indexOf('\n') + 1);
      isFirst = false;
      if (part !== '') controller.enqueue(utf8(part));
      answer = cursor === null ? null : await page(cursor);
      if (!answer) controller.close();
    },
  });
  return new Response(body, { headers: fileHeaders('text/csv; charset=utf-8', name) });
}
