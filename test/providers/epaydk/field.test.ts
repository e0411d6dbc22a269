/** ePay.dk: what was read wrong in the field. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answering, paid, refreshed } from '../../support/bank-office.ts';
import { network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** gettransaction says this of every transaction. */
function saying(status: string, captured: number, credited: number): void {
  answering(
    ({ url }) => /payment\.asmx/i.test(url),
    async (answer) =>
      new Response(
        (await answer.text())
          .replace(/<status>[^<]*/, `<status>${status}`)
          .replace(/<capturedamount>[^<]*/, `<capturedamount>${captured}`)
          .replace(/<creditedamount>[^<]*/, `<creditedamount>${credited}`),
        { headers: answer.headers },
      ),
  );
}

it.each([
  ['PAYMENT_NEW', 500, 0, 'partially_paid'],
  ['PAYMENT_NEW', 1999, 300, 'partially_refunded'],
  ['PAYMENT_DELETED', 500, 0, 'partially_paid'],
  ['PAYMENT_DELETED', 0, 0, 'cancelled'],
  ['PAYMENT_NEW', 0, 0, 'authorized'],
])(
  'what was captured was thrown away for the word beside it: %s with %i',
  async (word, captured, credited, status) => {
    const attempt = await paid('epaydk', { fields: { capture: 'manual' } });
    saying(word, captured, credited);
    expect(await refreshed(attempt)).toMatchObject({
      status,
      amounts: { paid: captured, refunded: credited },
    });
  },
);
