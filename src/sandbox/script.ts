/** What scripts ask of the simulated banks, in JSON: a decision, a kind of disorder, or steps of their own. */
import type { Bank, Decision } from './kit/bank.ts';
import { DISORDER_STEPS, DISORDERS, type Disorder, type Step } from './kit/disorder.ts';

/** A request to the sandbox that it does not take: the message says what it takes. */
export class SandboxProblem extends Error {
  readonly status: 400 | 404 | 409 | 422;
  /** Further members of the answer. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: SandboxProblem['status'],
    message: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.more = more;
  }
}

export interface Script {
  readonly steps: readonly Step[];
  readonly concurrently: boolean;
  /** The account that the shopper chooses; null: none is named. */
  readonly account: string | null;
}

const DECISIONS: readonly Decision[] = ['pay', 'decline', 'cancel', 'wait'];

/** More steps than any test of disorder needs. */
const STEP_LIMIT = 50;

/** A JSON object with no other members than these. @throws SandboxProblem */
export function objectOf(
  text: string,
  members: readonly string[],
  example: string,
): Readonly<Record<string, unknown>> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new SandboxProblem(400, `the body is not JSON: send an object like ${example}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SandboxProblem(400, `the body is not a JSON object: send one like ${example}`);
  const unknown = Object.keys(given).find((name) => !members.includes(name));
  if (unknown !== undefined)
    throw new SandboxProblem(422, `${unknown}: is not known; there are ${members.join(', ')}`);
  return given as Readonly<Record<string, unknown>>;
}

/** @throws SandboxProblem */
function decisionOf(given: unknown, path: string): Decision {
  // Scripts of version 0.1.0 say refuse.
  const decision = DECISIONS.find((name) => name === (given === 'refuse' ? 'decline' : given));
  if (!decision) throw new SandboxProblem(422, `${path}: a decision is one of ${DECISIONS.join(', ')}`);
  return decision;
}

/** @throws SandboxProblem */
function stepOf(given: unknown, path: string): Step {
  const example = '{"do":"notify","decision":"pay","disorder":"bad-signature"}';
  const step = objectOf(JSON.stringify(given), ['do', 'decision', 'disorder', 'bare', 'part'], example);
  const decision = decisionOf(step.decision, `${path}.decision`);
  if (step.do === 'return') return { do: 'return', decision, bare: step.bare === true };
  if (step.do !== 'notify') throw new SandboxProblem(422, `${path}.do: a step is notify or return`);
  const disorder = DISORDERS.find((name): name is Disorder => name === (step.disorder ?? 'none'));
  if (!disorder)
    throw new SandboxProblem(422, `${path}.disorder: a disorder is one of ${DISORDERS.join(', ')}`);
  const { part } = step;
  if (part === undefined) return { do: 'notify', decision, disorder };
  if (!Number.isInteger(part) || Number(part) < 1 || Number(part) > 12)
    throw new SandboxProblem(422, `${path}.part: is a number from 1 to 12`);
  return { do: 'notify', decision, disorder, part: Number(part) };
}

/** The steps of a kind of disorder; the shopper's way back is the last one. */
function stepsOfKind(name: unknown): Pick<Script, 'steps' | 'concurrently'> {
  const names = Object.keys(DISORDER_STEPS);
  const kind = names.includes(String(name)) ? DISORDER_STEPS[String(name)] : undefined;
  if (!kind) throw new SandboxProblem(422, `disorder: there are ${names.join(', ')}`);
  const leave: Step[] = kind.leave ? [{ do: 'return', ...kind.leave }] : [];
  return { steps: [...kind.steps, ...leave], concurrently: kind.concurrently === true };
}

/**
 * Reads a script: `{"decision": "pay"}`, `{"disorder": "notify-twice"}` or `{"steps": [...], "concurrently": true}`; each may name
 * an `account`.
 * @throws SandboxProblem
 */
export function scriptOf(text: string): Script {
  const example = '{"decision":"pay"}';
  const members = ['decision', 'disorder', 'steps', 'concurrently', 'account'];
  const given = objectOf(text, members, example);
  const { decision, disorder, steps, concurrently = false } = given;
  const { account = null } = given;
  if (account !== null && typeof account !== 'string')
    throw new SandboxProblem(422, 'account: is the id of an account');
  if (typeof concurrently !== 'boolean') throw new SandboxProblem(422, 'concurrently: is true or false');
  const said = [decision, disorder, steps].filter((one) => one !== undefined);
  if (said.length !== 1)
    throw new SandboxProblem(422, `say one of decision, disorder and steps, like ${example}`);
  if (decision !== undefined)
    return {
      steps: [{ do: 'notify', decision: decisionOf(decision, 'decision'), disorder: 'none' }],
      concurrently: false,
      account,
    };
  if (disorder !== undefined) return { ...stepsOfKind(disorder), account };
  if (!Array.isArray(steps)) throw new SandboxProblem(422, 'steps: is a list');
  if (steps.length > STEP_LIMIT) throw new SandboxProblem(422, `steps: are ${STEP_LIMIT} at most`);
  return { steps: steps.map((step, at) => stepOf(step, `steps.${at}`)), concurrently, account };
}

/** @throws SandboxProblem where a bank's protocol cannot report a decision of the script. */
export function requireReportable(bank: Bank, { steps }: Pick<Script, 'steps'>): void {
  const other = steps.find(({ decision }) => !bank.decisions.includes(decision));
  if (other)
    throw new SandboxProblem(
      422,
      `${bank.caption} cannot report ${other.decision}: it has ${bank.decisions.join(', ')}`,
    );
}
