/**
 * Schema step 3: the money that an operation of ours gave back becomes a movement of its own, as it is written now. Version 2
 * wrote it as a total, beside the movements of the provider's messages about the same money. Frozen: it translates what
 * version 2 wrote, whatever the code says now.
 */

interface Operation {
  readonly number: number;
  readonly attempt: number;
  readonly amount: number;
  readonly state: string;
  readonly fundsSource: string;
}

interface AttemptState {
  readonly refunded: Readonly<Record<string, number>>;
  readonly totals?: { readonly refunded?: number };
}

/** The operations that gave money back, with the part of the total that no message explains as movements. */
function withMovements(state: AttemptState, operations: readonly Operation[]) {
  let unexplained =
    (state.totals?.refunded ?? 0) - Object.values(state.refunded).reduce((sum, amount) => sum + amount, 0);
  const refunded = { ...state.refunded };
  const told = new Set<number>();
  for (const { number, amount } of operations) {
    if (amount <= unexplained) {
      refunded[`operation/${number}`] = amount;
      unexplained -= amount;
      // Its money is in the movements of messages already.
    } else told.add(number);
  }
  return { state: { ...state, refunded }, told };
}

/** The record of version 2, as JSON, with its refunds as movements. */
export function withRefundMovements(json: string): string {
  const record = JSON.parse(json) as {
    readonly attempts: readonly { readonly state: AttemptState }[];
    readonly operations?: readonly Operation[];
  };
  const { operations } = record;
  if (!operations) return json;
  const toldBefore = new Set<number>();
  const attempts = record.attempts.map((attempt, index) => {
    const gaveBack = operations.filter(
      (one) => one.attempt === index + 1 && one.state === 'succeeded' && one.fundsSource === 'paid',
    );
    const { state, told } = withMovements(attempt.state, gaveBack);
    for (const number of told) toldBefore.add(number);
    return { ...attempt, state };
  });
  return JSON.stringify({
    ...record,
    attempts,
    operations: operations.map((one) =>
      toldBefore.has(one.number) ? { ...one, movement: 'told before version 3' } : one,
    ),
  });
}
