/** What is special about paynow; what every provider has to do is in conformance.test.ts. */
import { describe, expect, it } from 'vitest';
import { paynow } from '../../../src/providers/paynow/index.ts';

describe('paynow', () => {
  it('has a caption that people know', () => {
    expect(paynow.caption, 'src/providers/paynow/index.ts: fill in the caption').not.toBe('paynow');
  });
});
