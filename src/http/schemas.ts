/** The schemas of the HTTP contract: they validate, and the OpenAPI document is made from them. */
export * from './schemas/accounts.ts';
export * from './schemas/answers.ts';
export * from './schemas/attention.ts';
export * from './schemas/branding.ts';
export * from './schemas/endpoints.ts';
export * from './schemas/operations.ts';
export * from './schemas/operator-payments.ts';
export * from './schemas/operators.ts';
export * from './schemas/payments.ts';
export * from './schemas/people.ts';
export * from './schemas/polybanking.ts';
export * from './schemas/providers.ts';
export * from './schemas/shops.ts';
export * from './schemas/values.ts';
