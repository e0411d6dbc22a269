/** The client's types are those that the server's schemas infer. What is false here does not compile. */
import type * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type {
  ClientProblemCode,
  EventsFilter,
  MethodsFilter,
  PaymentFilter,
} from '../../src/client/index.ts';
import type * as client from '../../src/client/types.ts';
import type * as schemas from '../../src/http/schemas.ts';

/** Neither has a member that the other lacks, and no member is another. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The same type with everything read-only, as the client has it, and intersections as one object. */
type Plain<T> = T extends string | number | boolean | null | undefined | unknown[]
  ? T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : unknown extends T
      ? T
      : { readonly [Name in keyof T]: Plain<T[Name]> };

type Out<Schema extends v.GenericSchema> = Plain<v.InferOutput<Schema>>;
type In<Schema extends v.GenericSchema> = Plain<v.InferInput<Schema>>;

type AllTrue<List extends readonly true[]> = List['length'];

/** One `true` for each type; a `false` is an error of the compiler. */
type Checked = AllTrue<
  [
    Same<Plain<client.Payment>, Out<typeof schemas.payment>>,
    Same<Plain<client.PaymentRead>, Out<typeof schemas.paymentRead>>,
    Same<Plain<client.PaymentList>, Out<typeof schemas.paymentList>>,
    Same<Plain<client.PaymentEvents>, Out<typeof schemas.events>>,
    Same<Plain<client.Deliveries>, Out<typeof schemas.deliveries>>,
    Same<Plain<client.WebhookBody>, Out<typeof schemas.webhook>>,
    Same<Plain<client.ProviderInfo>, Out<typeof schemas.providerInfo>>,
    Same<readonly Plain<client.ShopAccount>[], Out<typeof schemas.shopAccounts>['data']>,
    Same<Plain<client.FeedPage>, Out<typeof schemas.feed>>,
    Same<readonly Plain<client.Means>[], Out<typeof schemas.methods>['data']>,
    Same<Plain<client.ProblemBody>, Out<typeof schemas.problem>>,
    Same<Plain<client.PaymentOrder>, In<typeof schemas.paymentOrder>>,
    Same<Plain<client.OperationRequest>, In<typeof schemas.operationRequest>>,
    // The list takes no more than the route.
    Same<Exclude<keyof PaymentFilter, keyof v.InferInput<typeof schemas.listQuery>>, never>,
    Same<Exclude<keyof EventsFilter, keyof v.InferInput<typeof schemas.feedQuery>>, never>,
    Same<Exclude<keyof MethodsFilter, keyof v.InferInput<typeof schemas.methodsQuery>>, never>,
    // No code of the client's own is one of the service's.
    Same<Extract<ClientProblemCode, client.ProblemCode>, never>,
  ]
>;

describe('the types of the client', () => {
  it('are those of the schemas', () => {
    const checked: Checked = 17;
    expect(checked).toBe(17);
  });

  it('would be noticed if they were others', () => {
    type Wrong = Same<
      Plain<Omit<client.Payment, 'amount'> & { readonly amount: string }>,
      Out<typeof schemas.payment>
    >;
    const isSame: Wrong = false;
    expect(isSame).toBe(false);
  });
});
