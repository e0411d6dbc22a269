/** Something new under an id that somebody has chosen. */
import { ApiProblem } from '../api.ts';
import type { ConsoleContext } from '../context.ts';
import { FormProblem } from '../form-state.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * The API makes and changes by the same call: a form that makes something must not change what is there already under its id.
 * @param of.path where the API would have it.
 * @param of.wrong said of an id that cannot be; `taken`: of one that is there.
 * @throws FormProblem at the field `id`
 */
export async function requireFreeId(
  c: ConsoleContext,
  id: string,
  of: { readonly path: string; readonly wrong: string; readonly taken: string },
): Promise<void> {
  const problem = (message: string) => new FormProblem([{ path: 'id', message }]);
  if (!ID.test(id)) throw problem(of.wrong);
  try {
    await c.get('api').get(of.path);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return;
    throw error;
  }
  throw problem(of.taken);
}
