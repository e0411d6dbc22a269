/** Bytes that anybody sends to a provider's door. Ruled out: an error that is no refusal, for whatever was sent. */
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { Refusal } from '../../src/payments/errors.ts';
import type { Channel, Provider } from '../../src/providers/contract.ts';
import { MOST_FIELDS } from '../../src/providers/kit/message-limits.ts';
import { providers } from '../../src/providers/registry.ts';
import { concat, utf8 } from '../../src/signing/bytes.ts';
import { hostileMessages } from './hostile.ts';
import { accountOf, CONTEXT, notificationOf, partOf } from './support.ts';

/** The choices of a setting; none where it is free. */
function choicesOf(setting: unknown): readonly string[] {
  const { type, wrapped, options } = setting as Readonly<Record<string, unknown>>;
  if (type === 'picklist') return options as readonly string[];
  return wrapped ? choicesOf(wrapped) : [];
}

/** An account for every choice that a provider's settings offer: each generation of its protocol has a door of its own. */
function accountsOf(entry: Provider) {
  const changes = Object.entries(entry.settings.entries).flatMap(([name, setting]) =>
    choicesOf(setting).map((choice) => ({ [name]: choice })),
  );
  return [{}, ...changes].flatMap((change) => {
    try {
      return [accountOf(entry, change)];
    } catch (error) {
      if (error instanceof v.ValiError) return [];
      throw error;
    }
  });
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

it.each(providers.map((entry) => [entry.id, entry] as const))(
  '%s answers anything with a refusal, and fails with nothing else',
  { timeout: 120_000 },
  async (_id, entry) => {
    const message = await notificationOf(entry);
    const wrong = new Set<string>();
    for (const account of accountsOf(entry)) {
      for (const hostile of hostileMessages(message)) {
        for (const channel of ['notification', 'return'] as const satisfies readonly Channel[]) {
          const error = await errorOf(() => entry.notification(hostile, account, channel, CONTEXT));
          // A Problem names somebody else's fault, and there is none, whatever was sent.
          if (error !== null && !(error instanceof Refusal))
            wrong.add(`${String(error)} for ${new TextDecoder().decode(hostile.body).slice(0, 200)}`);
        }
      }
    }
    expect([...wrong].slice(0, 5)).toEqual([]);
  },
);

it.each(providers.map((entry) => [entry.id, entry] as const))(
  '%s looks at no signature of a message that has more fields than any genuine one',
  async (_id, entry) => {
    const message = await notificationOf(entry);
    const part = partOf(message);
    const isJson = message.contentType === 'application/json';
    const more = Array.from({ length: MOST_FIELDS + 1 }, (_, index) =>
      isJson ? `"x${index}":1` : `x${index}=1`,
    );
    const text = new TextDecoder().decode(message[part]);
    const body = isJson
      ? utf8(text.replace(/\}$/, `,${more.join(',')}}`))
      : concat([utf8(`${more.join('&')}&`), message[part]]);
    const error = await errorOf(() =>
      entry.notification({ ...message, [part]: body }, accountOf(entry), 'notification', CONTEXT),
    );
    expect(error).toMatchObject({ reason: 'malformed' });
  },
);
