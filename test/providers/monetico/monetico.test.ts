/** What is special about monetico; what every provider has to do is in conformance.test.ts. */
import { describe, expect, it } from 'vitest';
import { monetico } from '../../../src/providers/monetico/index.ts';

describe('monetico', () => {
  it('has a caption that people know', () => {
    expect(monetico.caption, 'src/providers/monetico/index.ts: fill in the caption').not.toBe('monetico');
  });
});
