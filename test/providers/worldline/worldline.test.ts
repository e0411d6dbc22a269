/** What is special about worldline; what every provider has to do is in conformance.test.ts. */
import { describe, expect, it } from 'vitest';
import { worldline } from '../../../src/providers/worldline/index.ts';

describe('worldline', () => {
  it('has a caption that people know', () => {
    expect(worldline.caption, 'src/providers/worldline/index.ts: fill in the caption').not.toBe('worldline');
  });
});
