/** Hono with a router that finds a route once. */

import { HonoBase } from 'hono/hono-base';
import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';
import { BoundedMap } from '../directory/bounded-map.ts';
import type { AppEnv } from './app-env.ts';

/** So many are kept, and of no longer paths: anybody can make up others. */
const MOST = 200;
const LONGEST = 100;

/**
 * Notifications and new payments come at a few paths again and again. Hono's usual choice of routers tries one first that refuses ours, and
 * then takes this one.
 */
class KeptRouter<Handler> implements Router<Handler> {
  readonly name = 'KeptRouter';
  readonly #routes = new TrieRouter<Handler>();
  readonly #found = new BoundedMap<Result<Handler>>(MOST);

  add(method: string, path: string, handler: Handler): void {
    this.#routes.add(method, path, handler);
    this.#found.clear();
  }

  match(method: string, path: string): Result<Handler> {
    const name = `${method} ${path}`;
    const before = this.#found.get(name);
    if (before) return before;
    const found = this.#routes.match(method, path);
    if (name.length <= LONGEST) this.#found.set(name, found);
    return found;
  }
}

/** Some routes of the Worker, or all of them. */
export class Routes extends HonoBase<AppEnv> {
  constructor() {
    super({ router: new KeptRouter() });
  }
}
