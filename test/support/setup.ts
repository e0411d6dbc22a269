import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, vi } from 'vitest';
// What is tested signs as the Worker does.
import '../../src/signing/workerd.ts';

await applyD1Migrations(env.DIRECTORY, env.TEST_MIGRATIONS);

/**
 * The tests live a day ahead, in a clock that they move themselves: an alarm set for their "now" does not go off
 * by itself in the runtime's real time, so that each test decides when jobs run.
 */
const DAY = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY });
});
