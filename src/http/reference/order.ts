/** The order of the reference. */
import type { Routes } from '../router.ts';

/** Each operation of an application once, in the order in which its routes are declared. */
export function describedOrder(app: Routes): readonly { readonly method: string; readonly path: string }[] {
  const names = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`);
  return [...new Set(names)].map((name) => {
    const [method = '', path = ''] = name.split(' ');
    return { method, path };
  });
}
