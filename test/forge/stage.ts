import type { Provider } from '../../src/providers/contract.ts';
import { Unsupported } from './beginnings.ts';
import { settingsWith, withAllSettings } from './options.ts';
import { type Plan, situationOf } from './plan.ts';
import type { Pool } from './pool.ts';
import { type Published, publishedFor } from './published.ts';
import { signedText } from './signed-text.ts';
import type { Tally } from './tally.ts';
import { typedInto } from './typed.ts';
import { type Held, type World, worldOf } from './world.ts';

/** What the forge knows of a provider. */
export interface Subject {
  readonly provider: Provider;
  readonly pool: Pool;
  readonly published: readonly Published[];
}

/** A situation with the drawn settings, or the demo's where its bank does not know them. */
export async function play({ provider, pool }: Subject, plan: Plan, tally: Tally): Promise<World> {
  const drawn = situationOf(provider, pool, plan);
  const demo = { ...plan, changes: {} };
  // Made when they are needed: the first will mostly do.
  const situations = [
    () => drawn,
    () => {
      const filled = settingsWith(provider, pool, withAllSettings(provider, pool, plan.changes));
      return { ...drawn, paidCurrency: drawn.currency, capture: null, settings: filled };
    },
    () => situationOf(provider, pool, demo),
    () => situationOf(provider, pool, { ...demo, second: false, manual: false }),
  ];
  for (const [index, situation] of situations.entries()) {
    try {
      const world = await worldOf(provider, situation());
      if (index < 2)
        for (const [name, value] of Object.entries(plan.changes))
          tally.settings.add(`${name}=${String(value).slice(0, 24)}`);
      else tally.unsupported += 1;
      if (world.rejected > 0) tally.rejected += 1;
      return world;
    } catch (error) {
      if (!(error instanceof Unsupported) || index === 3) throw error;
    }
  }
  throw new Unsupported(provider.id);
}

/** A world with one published message more, about the refused order or the paid one. */
export async function withPublished({ published }: Subject, world: World, number: number): Promise<World> {
  const role = number % 3 === 0 ? 'paid' : 'refused';
  for (const tries of [0, 1, 2]) {
    const one = published[(number + tries) % Math.max(1, published.length)];
    const letter = one && (await publishedFor(world, one, role));
    if (!one || !letter) continue;
    const { name, channel } = one;
    const what = `the published message ${name} about the ${role} order, ${channel}`;
    return { ...world, held: [...world.held, { what, kind: 'published', role, channel, letter }] };
  }
  return world;
}

/** Whether a message is one that the account's bank sends to our server. */
export function isSaid({ kind, channel }: Pick<Held, 'kind' | 'channel'>): boolean {
  return channel === 'notification' && (kind === 'genuine' || kind === 'published');
}

/** @param known those of a world that has most of the same messages. */
export async function basesOf(
  world: World,
  before?: World,
  known?: readonly (string | null)[],
): Promise<readonly (string | null)[]> {
  const bases: (string | null)[] = [];
  for (const [index, one] of world.held.entries()) {
    if (before && one === before.held[index]) bases.push(known?.[index] ?? null);
    else bases.push(isSaid(one) ? await signedText(world, one.letter, one.channel) : null);
  }
  return bases;
}

/** A world of which the bank's messages say what a shopper has typed there. */
export async function withTyped(
  { pool }: Subject,
  world: World,
  { typed }: Plan,
  bases: readonly (string | null)[],
): Promise<World> {
  if (!typed) return world;
  const said = world.held.filter((one) => isSaid(one) && one.kind === 'genuine');
  const one = said[typed.number % Math.max(1, said.length)];
  const base = one && bases[world.held.indexOf(one)];
  if (!one || !base) return world;
  const letter = await typedInto(world, pool, one, base, typed);
  return { ...world, held: world.held.map((other) => (other === one ? { ...one, letter } : other)) };
}
