/** A shopper without a browser at one of our own links: the choice of a means of payment, and the way to its bank. */
import type { BankOrder } from './kit/bank.ts';
import { arrivedAt, RejectedByBank, saidBy } from './kit/shopper.ts';
import type { Sandbox, SandboxPayment } from './sandbox.ts';
import { SandboxProblem } from './script.ts';

/** The account that the shopper chooses; null: the payment has one. @throws SandboxProblem */
function choiceOf({ account, choices }: SandboxPayment, wanted: string | null): string | null {
  if (choices === null) {
    if (wanted === null || wanted === account) return null;
    throw new SandboxProblem(422, `account: this payment is for ${account}, which its shop has named`);
  }
  const [only, ...others] = choices;
  if (only === undefined)
    throw new SandboxProblem(409, "no account of the payment's shop can take it any more");
  if (wanted !== null && !choices.includes(wanted))
    throw new SandboxProblem(422, 'account: cannot be chosen for this payment', { accounts: choices });
  if (wanted === null && others.length > 0)
    throw new SandboxProblem(
      422,
      `the shopper chooses how to pay: name an account, like {"decision":"pay","account":"${only}"}`,
      { accounts: choices },
    );
  return wanted ?? only;
}

/**
 * Takes the shopper of a payment to its bank.
 * @throws SandboxProblem where the link leads to no simulated bank.
 */
export async function shopperToBank(
  sandbox: Sandbox,
  payment: SandboxPayment,
  wanted: string | null,
): Promise<BankOrder> {
  const { status, checkoutUrl, isOver } = payment;
  if (isOver)
    throw new SandboxProblem(
      409,
      `nothing is left to pay: the payment is ${status}. POST /sandbox/orders/:id has its bank say more; a new payment has another reference`,
    );
  const choice = choiceOf(payment, wanted);
  const address = new URL(checkoutUrl);
  if (choice !== null) address.searchParams.set('account', choice);
  const response = await sandbox.fetch(new Request(address, { redirect: 'manual' }));
  if (response.status >= 400)
    throw new SandboxProblem(409, `the link says: ${saidBy(await response.text())}`);
  try {
    return await arrivedAt(response, sandbox.origin, (request) => {
      const { origin, pathname } = new URL(request.url);
      if (sandbox.origins.includes(origin)) return sandbox.fetch(request);
      throw new RejectedByBank(
        `the link leads to ${origin}${pathname}, where no simulated bank is: its account needs the environment sandbox, and the endpoints page and api ${sandbox.origin}`,
      );
    });
  } catch (error) {
    if (!(error instanceof RejectedByBank)) throw error;
    throw new SandboxProblem(422, error.message);
  }
}
