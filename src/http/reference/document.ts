/** The OpenAPI document, from the descriptions of the routes and the schemas that validate them. Made when the Worker is built. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { type DescribeRouteOptions, describeRoute, generateSpecs, loadVendor, resolver } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { type Permission, rolesWith } from '../../gateway/permissions.ts';
import { PROBLEMS, type ProblemCode } from '../../payments/errors.ts';
import { answerExample } from '../answer-examples.ts';
import { markdown, webhookTypes } from '../contract.ts';
import { describedRoutes, type Example, type RouteDescription } from '../openapi.ts';
import type { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { PROBLEM_WORDS } from '../words.ts';

// Given here, so that the library does not look for it with a dynamic import at run time.
loadVendor('valibot', {
  toJSONSchema: (schema) =>
    toJsonSchema(schema as unknown as GenericSchema, { typeMode: 'input', errorMode: 'ignore' }) as never,
});

function content(schema: GenericSchema | string, type = 'application/json', answer?: object) {
  if (typeof schema === 'string') return { description: schema };
  const example = answer ?? answerExample(schema);
  return {
    description: 'OK',
    content: { [type]: { schema: resolver(schema), ...(example !== undefined && { example }) } },
  };
}

/** The tag of a route: whose it is. */
function tagOf({ summary, auth }: RouteDescription): string {
  if (summary.startsWith('PolyBanking')) return 'PolyBanking';
  if (auth === 'operator') return 'Operators';
  if (auth === 'shop') return 'Shops';
  return 'Everybody';
}

function parametersOf(described: RouteDescription) {
  const query = described.query
    ? (toJsonSchema(described.query, { typeMode: 'input', errorMode: 'ignore' }) as {
        readonly properties?: Readonly<Record<string, object>>;
      })
    : {};
  return [
    ...Object.entries(query.properties ?? {}).map(([name, schema]) => ({
      name,
      in: 'query' as const,
      schema,
      ...('additionalProperties' in schema && { style: 'deepObject' as const, explode: true }),
    })),
    ...Object.entries(described.headers ?? {}).map(([name, description]) => ({
      name,
      in: 'header' as const,
      description,
      schema: { type: 'string' as const },
    })),
  ];
}

/** The errors of an operation, each status once. */
function errorsOf(operation: RouteDescription) {
  const mayBeForbidden =
    operation.auth === 'operator' && (operation.unlimitedOnly || operation.permission !== 'view');
  const codes: ProblemCode[] = [
    ...operation.errors,
    ...(operation.auth ? (['unauthorized'] as const) : []),
    ...(mayBeForbidden && !operation.errors.includes('forbidden') ? (['forbidden'] as const) : []),
    'rate_limited',
    'unavailable',
  ];
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      {
        ...content(schemas.problem, 'application/problem+json'),
        description: named.map((code) => `${code}: ${PROBLEM_WORDS[code]}`).join(' '),
      },
    ]),
  );
}

/** What the document says of a route, and who may call it. */
function descriptionOf(described: RouteDescription): string | null {
  if (described.auth !== 'operator') return described.description ?? null;
  const { permission, unlimitedOnly, description } = described;
  const roles = rolesWith(permission).map((role) => `\`${role}\``);
  const who = `Roles: ${roles.join(', ')}${unlimitedOnly ? ', of all shops' : ''}.`;
  return description ? `${description} ${who}` : who;
}

/** The body of a route that takes a picture. */
const PICTURE = Object.fromEntries(
  ['image/png', 'image/webp'].map((type) => [
    type,
    { schema: { type: 'string' as const, format: 'binary' } },
  ]),
);

/** The body of a route that takes a file as it is. */
const ANY_FILE = {
  'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } },
};

/** A description as hono-openapi takes it. */
function openApiOf(described: RouteDescription): DescribeRouteOptions {
  const words = descriptionOf(described);
  const body = described.body ?? described.optionalBody;
  const { answer, ...example } = described.example ?? {};
  return {
    summary: described.summary,
    tags: [tagOf(described)],
    ...(words && { description: words }),
    ...(described.auth && { security: [{ [described.auth]: [] }] }),
    parameters: parametersOf(described),
    ...(described.form && {
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': { schema: resolver(described.form) },
          'multipart/form-data': { schema: resolver(described.form) },
        },
      },
    }),
    ...(described.image && { requestBody: { required: true, content: PICTURE } }),
    ...(described.file && { requestBody: { required: true, content: ANY_FILE } }),
    ...(body && {
      requestBody: {
        required: described.optionalBody === undefined,
        content: {
          'application/json': {
            schema: resolver(body),
            ...(described.example?.body !== undefined && { example: described.example.body }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(described.success).map(([status, schema]) => [
          status,
          content(schema, 'application/json', answer),
        ]),
      ),
      ...errorsOf(described),
    },
    ...(described.auth === 'operator' && { 'x-permission': described.permission }),
    ...(described.example && { 'x-example': example }),
  } as unknown as DescribeRouteOptions;
}

/** A described operation as the document holds it. */
export interface DocumentedRoute {
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema: object;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: object; readonly example?: unknown } | undefined>
    >;
  };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
      }
    >
  >;
  readonly 'x-example'?: Example;
  /** What an operator has to be allowed. */
  readonly 'x-permission'?: Permission;
}

export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedRoute>>>>;
  readonly info: { readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly webhooks: Readonly<Record<string, object>>;
}

/** The parameters of a path, which no route has to repeat. */
function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

/** What the shop's address gets, one entry a type. */
function webhooksOf() {
  const schema = toJsonSchema(schemas.webhook, { typeMode: 'input', errorMode: 'ignore' });
  const body = { 'application/json': { schema, example: answerExample(schemas.webhook) } };
  return Object.fromEntries(
    webhookTypes.map(([type, summary]) => [
      type,
      {
        post: {
          summary,
          tags: ['Shops'],
          requestBody: { content: body },
          responses: {
            '2XX': { description: 'The shop has it.' },
            410: { description: 'Nobody wants it: it is sent no more.' },
          },
        },
      },
    ]),
  );
}

/**
 * The OpenAPI document of an application.
 * @param origin where it is reached from outside.
 */
export async function apiDocument(app: Routes, origin: string): Promise<ApiDocument> {
  // Where hono-openapi looks for the description of a route.
  for (const [check, described] of describedRoutes) Object.assign(check, describeRoute(openApiOf(described)));
  const document = (await generateSpecs(app, {
    documentation: { ...documentation, servers: [{ url: origin, description: 'This service' }] },
    excludeStaticFile: false,
  })) as unknown as ApiDocument;
  const paths = Object.entries(document.paths).map(([path, operationsOfPath]) => [
    path,
    Object.fromEntries(
      Object.entries(operationsOfPath).map(([method, described]) => [
        method,
        {
          ...described,
          parameters: [
            ...pathParameters(path),
            ...(described.parameters ?? []).filter((parameter) => parameter.in !== 'path'),
          ],
        },
      ]),
    ),
  ]);
  const webhooks = webhooksOf();
  return { ...document, webhooks, paths: Object.fromEntries(paths) as ApiDocument['paths'] };
}

/** The parts of the document that no route holds. */
const documentation = {
  openapi: '3.1.0',
  info: {
    title: 'countersign',
    version: '1',
    description: `Payment signing at the edge: one call, one signed redirect, exactly one result.\n\n${markdown()}`,
  },
  tags: [
    { name: 'Shops', description: "What a storefront calls, with its shop's API key." },
    {
      name: 'Operators',
      description: 'What whoever runs the service calls, with ADMIN_TOKEN or a token of its own.',
    },
    { name: 'Everybody', description: 'Where shoppers and providers come, and what anybody may read.' },
    { name: 'PolyBanking', description: 'The addresses of PolyBanking, and the move from a server of it.' },
  ],
  components: {
    securitySchemes: {
      shop: { type: 'http' as const, scheme: 'bearer', description: "The shop's API key." },
      operator: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'ADMIN_TOKEN, or a token that an owner has made.',
      },
    },
  },
};
