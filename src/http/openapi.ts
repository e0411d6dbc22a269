/** Describes routes for the OpenAPI document, from the schemas that validate them. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { MiddlewareHandler } from 'hono';
import { type DescribeRouteOptions, describeRoute, loadVendor, resolver } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { PROBLEMS, type ProblemCode } from '../payments/errors.ts';
import * as schemas from './schemas.ts';

// Given here, so that the library does not look for it with a dynamic import at run time.
loadVendor('valibot', {
  toJSONSchema: (schema) =>
    toJsonSchema(schema as unknown as GenericSchema, { typeMode: 'input', errorMode: 'ignore' }) as never,
});

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  /** Whose key it takes. */
  readonly auth: 'shop' | 'operator' | null;
  readonly body?: GenericSchema;
  readonly query?: GenericSchema;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a success looks like; a text describes an answer that is not JSON. */
  readonly success: Readonly<Record<number, GenericSchema | string>>;
  readonly errors: readonly ProblemCode[];
}

function content(schema: GenericSchema | string, type = 'application/json') {
  if (typeof schema === 'string') return { description: schema };
  return { description: 'OK', content: { [type]: { schema: resolver(schema) } } };
}

function parametersOf(operation: Operation) {
  const query = operation.query
    ? (toJsonSchema(operation.query, { typeMode: 'input', errorMode: 'ignore' }) as {
        readonly properties?: Readonly<Record<string, object>>;
      })
    : {};
  return [
    ...Object.entries(query.properties ?? {}).map(([name, schema]) => ({
      name,
      in: 'query' as const,
      schema,
    })),
    ...Object.entries(operation.headers ?? {}).map(([name, description]) => ({
      name,
      in: 'header' as const,
      description,
      schema: { type: 'string' as const },
    })),
  ];
}

/** The errors of an operation, each status once. */
function errorsOf(operation: Operation) {
  const codes: ProblemCode[] = [...operation.errors, ...(operation.auth ? (['unauthorized'] as const) : [])];
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      { ...content(schemas.problem, 'application/problem+json'), description: named.join(', ') },
    ]),
  );
}

/** A middleware that does nothing but describe its route. */
export function operation(described: Operation): MiddlewareHandler {
  const options = {
    summary: described.summary,
    ...(described.description && { description: described.description }),
    ...(described.auth && { security: [{ [described.auth]: [] }] }),
    parameters: parametersOf(described),
    ...(described.body && {
      requestBody: { required: true, content: { 'application/json': { schema: resolver(described.body) } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(described.success).map(([status, schema]) => [status, content(schema)]),
      ),
      ...errorsOf(described),
    },
  };
  return describeRoute(options as unknown as DescribeRouteOptions);
}

/** The parts of the document that no route holds. */
export const documentation = {
  openapi: '3.1.0',
  info: {
    title: 'countersign',
    version: '1',
    description: 'Payment signing at the edge: one call, one signed redirect, exactly one result.',
  },
  components: {
    securitySchemes: {
      shop: { type: 'http', scheme: 'bearer', description: "The shop's API key." },
      operator: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN.' },
    },
  },
} as const;
