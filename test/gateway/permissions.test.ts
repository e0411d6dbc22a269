/** Which role may do what, and which scope shows which shop: every combination. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES, type Scope } from '../../src/directory/types.ts';
import {
  isInScope,
  isScopeWithin,
  mayDo,
  PERMISSION_WORDS,
  rolesWith,
} from '../../src/gateway/permissions.ts';

describe('a role', () => {
  it.each([
    ['view', [true, false, false, false]],
    ['refund', [true, true, false, false]],
    ['configure', [true, false, true, false]],
    ['owner', [true, true, true, true]],
  ] as const)('%s may do what its row says, and nothing else', (role, row) => {
    expect(ROLES.map((permission) => mayDo(role, permission))).toEqual(row);
  });

  it('is named for each permission that it has', () => {
    expect(rolesWith('refund')).toEqual(['refund', 'owner']);
    expect(rolesWith('view')).toEqual(ROLES);
    expect([rolesWith('configure'), rolesWith('owner')]).toEqual([['configure', 'owner'], ['owner']]);
  });

  it('says what it is for to who lacks it', () => {
    expect(PERMISSION_WORDS).toEqual({
      view: 'reads',
      refund: 'captures, cancels, refunds, refreshes, resends and settles',
      configure: 'changes shops, accounts, endpoints and branding',
      owner: 'makes tokens and users, and everything else',
    });
  });
});

const SHOPS = ['a', 'b', 'c', 'd'];
const GROUPS = ['x', 'y'];
const scopes: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant({ all: true as const }),
  fc.record({
    all: fc.constant(false as const),
    shops: fc.subarray(SHOPS),
    groups: fc.subarray(GROUPS),
  }),
);
/** Each shop with its group. */
const shops = fc
  .tuple(...SHOPS.map(() => fc.constantFrom(null, ...GROUPS)))
  .map((groups) => new Map(SHOPS.map((id, index) => [id, groups[index] ?? null])));

describe('a scope', () => {
  it('never shows more than one that it is within: nobody gives more than they have', () => {
    fc.assert(
      fc.property(scopes, scopes, shops, (inner, outer, known) => {
        if (!isScopeWithin(inner, outer, known)) return;
        for (const [id, group] of known)
          if (isInScope(inner, { id, group })) expect(isInScope(outer, { id, group })).toBe(true);
        // Nor a shop that comes later.
        for (const group of [null, ...GROUPS])
          if (isInScope(inner, { id: 'later', group }))
            expect(isInScope(outer, { id: 'later', group })).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is within itself and within everything, and everything is within nothing less', () => {
    fc.assert(
      fc.property(scopes, shops, (scope, known) => {
        expect(isScopeWithin(scope, { all: true }, known)).toBe(true);
        expect(isScopeWithin(scope, scope, known)).toBe(true);
        expect(isScopeWithin({ all: true }, scope, known)).toBe(scope.all);
      }),
    );
  });

  it('shows a shop without a group by its id alone', () => {
    const scope: Scope = { all: false, shops: ['a'], groups: ['x'] };
    const seen = (id: string, group: string | null) => isInScope(scope, { id, group });
    expect([seen('a', null), seen('a', 'y'), seen('b', 'x'), seen('b', 'y'), seen('b', null)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
