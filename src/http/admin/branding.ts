/** How a shop looks on our pages: the operator's routes, and the public address of its logo. */
import type { Context } from 'hono';
import type { Branding } from '../../directory/branding.ts';
import { LOGO_LIMIT, logoType } from '../../gateway/logo.ts';
import { scopedShop } from '../../gateway/scoped.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { Problem } from '../../payments/errors.ts';
import { base64, fromBase64, hex } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import type { AppEnv } from '../app-env.ts';
import { idParam, jsonBody, queryOf, rawBody } from '../body.ts';
import { previewPage } from '../checkout-preview.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/** Hexadecimal digits of the hash in the address of a logo. */
const HASH_LENGTH = 16;

/** With its hash in the address a logo never changes; without it a new one is seen within minutes. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const FOR_MINUTES = 'public, max-age=300';

/** A PNG of one pixel. */
const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Sets a logo, and keeps its hash. */
const PUT_LOGO = `LOGO=$(echo ${DOT} | base64 -d | curl -sf -X PUT "$BASE/v1/admin/shops/demo/logo" -H "Authorization: Bearer $ADMIN_TOKEN" --data-binary @- | sed 's/.*\\/\\([0-9a-f]*\\)"}$/\\1/')`;

function brandingAnswer(c: Context<AppEnv>, shop: string, { name, color, language, logoHash }: Branding) {
  const address = `${originOf(c.get('service'), c.req.url)}/logo/${encodeURIComponent(shop)}/${logoHash}`;
  return { name, color, language, logo: logoHash === null ? null : address };
}

export function brandingRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/shops/:id/branding',
    documented({
      summary: 'Read how a shop looks on our pages',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.branding },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'demo' } },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await scopedShop(service, operatorOf(c).scope, idParam(c));
      return c.json(brandingAnswer(c, id, await service.directory.branding(id)));
    },
  );

  routes.get(
    '/v1/admin/shops/:id/preview',
    documented({
      summary: 'Show the checkout of a shop as its shoppers would see it, for a payment that does not exist',
      description:
        'With its logo, its means of payment, and the look that it has or the one that is asked for. Nothing on the page leads anywhere.',
      auth: 'operator',
      permission: 'view',
      query: schemas.previewQuery,
      success: { 200: 'The page.' },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'demo' }, query: 'color=%2314532d&language=fr' },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      return previewPage(service, shop, queryOf(c, schemas.previewQuery));
    },
  );

  routes.put(
    '/v1/admin/shops/:id/branding',
    documented({
      summary: 'Say how a shop looks on our pages',
      description: 'What is left out keeps its value.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.brandingChange,
      success: { 200: schemas.branding },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'demo' }, body: { name: 'Docs shop', color: '#14532d', language: 'fr' } },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const { name, color, language } = await jsonBody(c, schemas.brandingChange);
      const before = await service.directory.branding(id);
      const look = {
        name: name === undefined ? before.name : name,
        color: color === undefined ? before.color : (color?.toLowerCase() ?? null),
        language: language === undefined ? before.language : language,
      };
      return c.json(brandingAnswer(c, id, await service.directory.putBranding(id, look, operatorOf(c))));
    },
  );

  routes.put(
    '/v1/admin/shops/:id/logo',
    documented({
      summary: 'Set the logo of a shop',
      description:
        'The body is the image: a PNG or a WebP, at most 32 KB, at most 1024 pixels a side. What it is, is read from its first bytes. SVG is not taken.',
      auth: 'operator',
      permission: 'configure',
      image: true,
      success: { 200: schemas.branding },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: {
        path: { id: 'demo' },
        bytes: DOT,
      },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const bytes = await rawBody(c.req.raw, LOGO_LIMIT);
      const type = logoType(bytes);
      const hash = hex(digests.sha256(bytes)).slice(0, HASH_LENGTH);
      await service.directory.putLogo(id, { logo: base64(bytes), type, hash }, operatorOf(c));
      return c.json(brandingAnswer(c, id, await service.directory.branding(id)));
    },
  );

  routes.delete(
    '/v1/admin/shops/:id/logo',
    documented({
      summary: 'Take the logo of a shop away',
      auth: 'operator',
      permission: 'configure',
      success: { 204: 'Deleted.' },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'demo' } },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await scopedShop(service, operatorOf(c).scope, idParam(c));
      if (!(await service.directory.logo(id))) throw new Problem('not_found', `the shop ${id} has no logo`);
      await service.directory.deleteLogo(id, operatorOf(c));
      return c.body(null, 204);
    },
  );

  return routes;
}

/** Logos, for everybody. */
export function logoRoutes(): Routes {
  const routes = new Routes();
  const logo = async (c: Context<AppEnv>, shop: string, hash: string | null) => {
    const stored = await c.get('service').directory.logo(shop);
    const bytes = stored && fromBase64(stored.logo);
    if (!stored || !bytes || (hash !== null && hash !== stored.hash))
      throw new Problem('not_found', 'there is no such logo');
    return new Response(bytes, {
      headers: {
        'content-type': stored.type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': hash === null ? FOR_MINUTES : FOR_EVER,
        etag: `"${stored.hash}"`,
      },
    });
  };

  routes.get(
    '/logo/:shop',
    documented({
      summary: 'The logo of a shop',
      auth: null,
      success: { 200: 'A PNG or WebP image.' },
      errors: ['not_found'],
      example: { path: { shop: 'demo' }, before: PUT_LOGO },
    }),
    (c) => logo(c, c.req.param('shop'), null),
  );

  routes.get(
    '/logo/:shop/:hash',
    documented({
      summary: 'The logo of a shop, at an address that is good for ever',
      auth: null,
      success: { 200: 'A PNG or WebP image.' },
      errors: ['not_found'],
      example: { path: { shop: 'demo', hash: '$LOGO' } },
    }),
    (c) => logo(c, c.req.param('shop'), c.req.param('hash')),
  );

  return routes;
}
