import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { Cut } from './cuts.ts';
import type { Sending } from './gateway.ts';
import type { Fault } from './judge.ts';
import { type Letter, shownLetter } from './letter.ts';
import type { Held, World } from './world.ts';

export interface Finding {
  readonly provider: string;
  /** The same fault found again has the same. */
  readonly fingerprint: string;
  readonly movesMoney: boolean;
  /** On several lines, for people. */
  readonly text: string;
  readonly seed: number;
  readonly path: string;
  readonly runs: number;
}

export interface Found {
  readonly fingerprint: string;
  readonly movesMoney: boolean;
  readonly text: string;
}

export function found(
  { provider, situation, account, attempts }: World,
  from: Held,
  {
    cuts,
    letter,
    sending,
  }: { readonly cuts: readonly Cut[]; readonly letter: Letter; readonly sending: Sending },
  fault: Fault,
): Found {
  const defaults = DEMO_ACCOUNTS[provider.id]?.settings ?? {};
  const settings = Object.fromEntries(
    Object.entries(situation.settings).filter(
      ([name, value]) => value !== undefined && !(name in defaults) && !/^-----/.test(String(value)),
    ),
  );
  const asked = attempts[fault.role];
  const wishes = Object.entries(situation.wishes).filter(
    ([, wish]) => Object.keys(wish.texts).length + Object.keys(wish.providerFields).length > 0,
  );
  const steps = cuts.length === 0 ? 'as it is' : cuts.map(({ step }) => step).join(', then ');
  const { allowedIps, trusts, asksForReal } = situation;
  const text = [
    `${provider.id}: ${from.what}, ${steps}, to the ${sending.channel} address from ${sending.ip}`,
    `${fault.why}: the ${fault.role} order, which asks for ${asked.amount} ${asked.currency}, is then ${fault.holds}`,
    `account: ${account.environment}, settings ${JSON.stringify(settings)}${allowedIps.length > 0 ? `, allowedIps ${allowedIps}` : ''}${trusts ? ', trusts what is not proven' : ''}${asksForReal ? ', of a payment that asks for real money' : ''}`,
    ...wishes.map(([name, wish]) => `request of the ${name} order: ${JSON.stringify(wish)}`),
    ...(cuts.length === 0 ? [] : ['held:', shownLetter(from.letter)]),
    'sent:',
    shownLetter(letter),
  ].join('\n');
  const mode = String(
    situation.settings.mode ?? situation.settings.dialect ?? situation.settings.sha_mode ?? '',
  );
  return {
    fingerprint: [provider.id, mode, from.kind, from.channel, fault.kind].join(' | '),
    movesMoney: fault.movesMoney,
    text,
  };
}

/** fast-check's way to a minimal case; steps that are taken many times in a row are counted. */
export function shortPath(path: string): string {
  return path.replace(/(\d+)(?::\1(?!\d))+/g, (run, step: string) => `${step}x${run.split(':').length}`);
}

export function longPath(path: string): string {
  return path.replace(/(\d+)x(\d+)/g, (_, step: string, times: string) =>
    Array(Number(times)).fill(step).join(':'),
  );
}

/** A finding with how to see it again. */
export function shownFinding({ text, provider, seed, path, movesMoney: money }: Finding): string {
  return `${text}\n${money ? 'This moves money.' : 'This moves a status.'} Again: npm run forge -- --only ${provider} --seed ${seed} --path ${path}`;
}
