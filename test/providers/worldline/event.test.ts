/**
 * The members of a webhook. The failure ruled out: a member that the schema has and the test in place has not, so that a message goes through with
 * another type there.
 */
import type * as v from 'valibot';
import { expect, it } from 'vitest';
import { readWorldlineEvent, WORLDLINE_EVENT } from '../../../src/providers/worldline/event.ts';

/** A schema, as far as its parts are walked. */
interface Part {
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly entries?: Readonly<Record<string, Part>>;
}

/** The paths of a schema's members, those inside of them too. */
function pathsIn({ wrapped, item, entries }: Part, path: readonly string[] = []): string[][] {
  if (wrapped) return pathsIn(wrapped, path);
  if (item) return [[...path, '0'], ...pathsIn(item, [...path, '0'])];
  return Object.entries(entries ?? {}).flatMap(([name, part]) => [
    [...path, name],
    ...pathsIn(part, [...path, name]),
  ]);
}

/** A message that has one member alone. */
function messageWith([name, ...path]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const inside = messageWith(path, value);
  return name === '0' ? [inside] : { [name]: inside };
}

const paths = pathsIn(WORLDLINE_EVENT as v.GenericSchema as Part);

it.each(paths.map((path) => [path.join('.'), path] as const))('refuses %s of another type', (name, path) => {
  expect(paths.length).toBeGreaterThan(40);
  expect(() => readWorldlineEvent(JSON.stringify(messageWith(path, true)))).toThrow(
    `${name} has another type than a message has there`,
  );
});

it('reads what an issuer says as it came, and nothing where there is nothing', () => {
  const message = { payment: { id: null, statusOutput: { statusCode: '5', errors: [{ errorCode: null }] } } };
  expect(readWorldlineEvent(JSON.stringify(message))).toEqual(message);
});
