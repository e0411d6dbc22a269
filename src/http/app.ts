/** All routes together: what every request gets, and what no route takes. */

import { requireLoopback } from '../env.ts';
import type { Service } from '../gateway/service.ts';
import { Problem } from '../payments/errors.ts';
import { hex } from '../signing/bytes.ts';
import { countAddress, openDoor } from './address-limit.ts';
import { logoRoutes } from './admin/branding.ts';
import { adminRoutes } from './admin/routes.ts';
import { callbackRoutes } from './callbacks.ts';
import { learnLanguages } from './checkout/texts/spoken.ts';
import { checkoutRoutes } from './checkout.ts';
import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { homeRoutes } from './home.ts';
import { documented } from './openapi.ts';
import { operationRoutes } from './operations.ts';
import { paymentRoutes } from './payments.ts';
import { polybankingRoutes } from './polybanking/routes.ts';
import { onError, problemAnswer } from './problems.ts';
import { providerRoutes } from './providers.ts';
import { Routes } from './router.ts';
import * as schemas from './schemas.ts';
import { isShoppersWay, otherMethodPage, unknownPayment } from './shopper-pages.ts';

export const VERSION = '0.1.0';

/** Each path answers 405 with an Allow header to the methods that it does not take. */
function rejectOtherMethods(app: Routes): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, taken] of methods) {
    const allow = [...taken, ...(taken.has('GET') ? ['HEAD'] : [])].join(', ');
    const problem = new Problem('method_not_allowed', `this address takes ${allow}`);
    app.all(path, (c) => {
      return isShoppersWay(c.req.path) ? otherMethodPage(c, allow) : problemAnswer(problem, c, { allow });
    });
  }
}

/** The Worker's application. `serviceOf` is called once per request with the Worker's bindings. */
export function createApp(serviceOf: (bindings: object) => Service): Routes {
  const app = new Routes();
  app.onError(onError);
  app.notFound((c) =>
    // A program has added something to a link, or cut it.
    isShoppersWay(c.req.path)
      ? unknownPayment(c)
      : problemAnswer(new Problem('not_found', 'there is nothing at this address'), c),
  );

  app.use(async (c, next) => {
    const bytes = new Uint8Array(8);
    crypto.getRandomValues(bytes);
    const requestId = hex(bytes);
    c.set('requestId', requestId);
    c.set('caller', null);
    c.set('operator', null);
    c.set('problem', null);
    const service = serviceOf(c.env);
    c.set('service', service);
    requireLoopback(service.config, c.req.url);
    // Whatever comes now, a shopper may see a page of it.
    if (isShoppersWay(c.req.path)) await learnLanguages(service.documents);
    const door = service.addressLimit && openDoor(c.req.path);
    if (door) await countAddress(c, door);
    await next();
    c.res.headers.set('X-Request-Id', requestId);
    // The platform logs every invocation. Our own line is for those that failed.
    if (c.res.status >= 400) {
      const problem = c.get('problem');
      console.log({
        event: 'request.rejected',
        requestId,
        method: c.req.method,
        // The token of a checkout link opens the payment.
        path: c.req.path.replace(/^(\/pay\/[^/]+\/|\/p\/.{16}).+$/i, '$1...'),
        status: c.res.status,
        caller: c.get('caller'),
        ...(problem && { code: problem.code, detail: problem.message }),
        ...(problem && problem.errors.length > 0 && { fields: problem.errors.map((error) => error.path) }),
      });
    }
  });

  app.get(
    '/health',
    documented({
      summary: 'Whether the service is up',
      auth: null,
      success: { 200: schemas.health },
      errors: [],
      example: {},
    }),
    (c) => c.json({ status: 'ok' as const, version: VERSION }),
  );
  app.route('/', paymentRoutes());
  app.route('/', eventRoutes());
  app.route('/', operationRoutes());
  app.route('/', providerRoutes());
  app.route('/', adminRoutes());
  app.route('/', logoRoutes());
  app.route('/', checkoutRoutes());
  app.route('/', callbackRoutes());
  app.route('/', polybankingRoutes());
  app.route('/', docsRoutes());
  app.route('/', homeRoutes());
  rejectOtherMethods(app);
  return app;
}
