/**
 * The OpenAPI document. The build makes it (reference/); where the service is reached is put in here. The pages of /docs are static files
 * beside the Worker, which the platform serves without it (src/build/site, wrangler.toml).
 */

import { originOf } from '../gateway/start-attempt.ts';
import { documented } from './openapi.ts';
import { PLACEHOLDERS } from './reference/placeholders.ts';
import { Routes } from './router.ts';

export function docsRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/openapi.json',
    documented({
      summary: 'This document',
      auth: null,
      success: { 200: 'An OpenAPI 3.1 document.' },
      errors: [],
      example: {},
    }),
    async (c) => {
      const service = c.get('service');
      const text = await service.documents.text('openapi.json');
      // An origin has nothing that JSON writes differently.
      return c.body(
        text.replaceAll(PLACEHOLDERS.base, () => originOf(service, c.req.url)),
        200,
        {
          'content-type': 'application/json',
        },
      );
    },
  );

  return routes;
}
