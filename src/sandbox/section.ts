/** What the page about testing says of the sandbox (docs/testing.md). */
import { DISORDER_STEPS, DISORDERS } from './kit/disorder.ts';

const named = Object.entries(DISORDER_STEPS).map(([name, { label }]) => `${name} (${label.toLowerCase()})`);

/** A part of the reference: paragraphs, then calls and what they do. */
export const sandboxSection = {
  title: 'The sandbox of npm start',
  text: [
    'Simulated banks, without a browser. What they are sent and answer is in `results`; the order that the bank then has is in `order`.',
    `The kinds of disorder: ${named.join(', ')}.`,
    `A step is \`{"do":"notify","decision":"pay","disorder":"bad-signature"}\` or \`{"do":"return","decision":"pay","bare":true}\`. Decisions: pay, decline, cancel, wait. Disorders of a step: ${DISORDERS.join(', ')}.`,
  ],
  rows: [
    [
      'POST /sandbox/payments/:id {"decision":"pay"}',
      'Takes the shopper of a payment to its bank, which pays. With `"account"` where the shopper chooses one.',
    ],
    ['POST /sandbox/payments/:id {"disorder":"notify-twice"}', 'The same, and the bank misbehaves.'],
    [
      'POST /sandbox/payments/:id {"steps":[...],"concurrently":true}',
      'The same, in steps of your own, one after the other or all at once.',
    ],
    ['POST /sandbox/orders/:id', 'The bank goes on with an order that it has: the same bodies.'],
    [
      'POST /sandbox/trouble {"provider":"sips2","trouble":"lost"}',
      'The next call that moves money at that bank goes wrong: fail, bad-signature, html, hang or lost.',
    ],
  ],
} as const;
