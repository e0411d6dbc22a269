/** `npm run demo` from nothing: it starts its own server, walks every provider, and says how it went. */
import { describe, expect, it } from 'vitest';
import { run } from './support.ts';

describe('the demo', () => {
  it('prints a row per provider and exits with 0', () => {
    const { stdout, stderr, status } = run('npm', ['run', '-s', 'demo'], { PORT: '8917' });
    expect(status, stdout + stderr).toBe(0);
    for (const row of [
      /^ecommpay +url +HMAC-SHA-512 +created +paid +yes +yes +yes +yes$/m,
      /^paybox +form +HMAC-SHA512 +created +paid/m,
    ]) {
      expect(stdout).toMatch(row);
    }
    expect(stdout).toContain('every cell as it should be');
  });
});
