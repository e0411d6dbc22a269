/**
 * Every sort of protocol, by what it shows of refunds; and the scripts that are drawn for one: what shops, the back office and the bank
 * do, in any order.
 */
import fc from 'fast-check';
import type { OperationKind } from '../../src/payments/operations.ts';

/** By what a refund is named: our reference, the bank’s number, or nothing. */
export type Names = 'ours' | 'number' | 'none';

/** What a protocol shows of refunds. */
export interface Protocol {
  readonly id: string;
  /** The answer to a refund has its number. */
  readonly numbered: boolean;
  readonly list: {
    readonly names: Names;
    /** Entries have the identity of the messages about them. */
    readonly movement: boolean;
    /** What was rejected is listed too. */
    readonly rejected: boolean;
  } | null;
  /** Without a list: what was refunded in all. */
  readonly total: boolean;
  readonly message: {
    readonly names: Names;
    /** It tells of what was rejected too. */
    readonly rejected: boolean;
  } | null;
}

const list = (names: Names, movement: boolean, rejected = true) => ({ names, movement, rejected });
const message = (names: Names, rejected = true) => ({ names, rejected });

/** Every sort that there is, and some that may come. */
export const PROTOCOLS: readonly Protocol[] = [
  {
    id: 'names everywhere',
    numbered: true,
    list: list('ours', true),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names, without identities',
    numbered: false,
    list: list('ours', false),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in messages alone',
    numbered: false,
    list: list('none', false),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in messages alone, with identities',
    numbered: false,
    list: list('none', true),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in the list, numbers in messages',
    numbered: true,
    list: list('ours', false),
    total: false,
    message: message('number'),
  },
  {
    id: 'names in the list, numbers in messages, with identities',
    numbered: true,
    list: list('ours', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'numbers everywhere',
    numbered: true,
    list: list('number', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'numbers, without identities',
    numbered: true,
    list: list('number', false),
    total: false,
    message: message('number'),
  },
  {
    id: 'no numbers in answers',
    numbered: false,
    list: list('number', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'nothing but amounts, with identities',
    numbered: false,
    list: list('none', true),
    total: false,
    message: message('none'),
  },
  {
    id: 'nothing but amounts',
    numbered: false,
    list: list('none', false),
    total: false,
    message: message('none', false),
  },
  { id: 'a list alone', numbered: false, list: list('none', false), total: false, message: null },
  {
    id: 'a list of what was done',
    numbered: true,
    list: list('number', false, false),
    total: false,
    message: null,
  },
  {
    id: 'a total, and messages with names',
    numbered: false,
    list: null,
    total: true,
    message: message('ours'),
  },
  {
    id: 'a total, and messages with numbers',
    numbered: true,
    list: null,
    total: true,
    message: message('number'),
  },
  {
    id: 'a total, and messages without names',
    numbered: false,
    list: null,
    total: true,
    message: message('none', false),
  },
  { id: 'a total alone', numbered: false, list: null, total: true, message: null },
  { id: 'messages alone', numbered: true, list: null, total: false, message: message('ours') },
];

/** What becomes of a refund that we ask for. */
export type Way = 'answered' | 'told first' | 'lost' | 'never came' | 'declined';

type Step =
  | {
      readonly do: 'refund';
      readonly kind: OperationKind;
      readonly amount: number;
      readonly way: Way;
      readonly slow: boolean;
    }
  | { readonly do: 'panel'; readonly amount: number }
  | { readonly do: 'conclude'; readonly which: number; readonly rejected: boolean }
  | { readonly do: 'tell'; readonly which: number }
  | { readonly do: 'ask' }
  | { readonly do: 'wait' };

/** What happens to one payment. */
export interface Script {
  readonly steps: readonly Step[];
  readonly told: boolean;
  readonly rejected: boolean;
}

/** Whether a refund of the back office that is as large as one of ours can be told from it. */
function tellsPanel({ list: listed, message: messages }: Protocol): boolean {
  return listed?.names === 'ours' && messages?.names === 'ours';
}

/** Draws scripts for a protocol. */
export function scripts(protocol: Protocol): fc.Arbitrary<Script> {
  const which = fc.nat({ max: 4 });
  const steps = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('refund' as const),
        kind: fc.constantFrom<OperationKind>('refund', 'refund', 'cancel'),
        amount: fc.constantFrom(300, 500, 700),
        way: fc.constantFrom<Way>('answered', 'told first', 'lost', 'never came', 'declined'),
        slow: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('panel' as const),
        amount: fc.constantFrom(...(tellsPanel(protocol) ? [300, 500, 110] : [110, 230])),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('conclude' as const), which, rejected: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('tell' as const), which }) },
    { weight: 2, arbitrary: fc.constant({ do: 'ask' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
  );
  return fc.record({
    steps: fc.array(steps, { minLength: 1, maxLength: 8 }),
    told: fc.boolean(),
    rejected: fc.boolean(),
  });
}

/** A protocol by its name. */
export function protocolOf(name: string): Protocol {
  const found = PROTOCOLS.find(({ id }) => id === name);
  if (!found) throw new Error(name);
  return found;
}
