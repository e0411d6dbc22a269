/** A limit for how long something may take. */

/** The time is over. What was waited for may still happen. */
export class TimeOver extends Error {
  override readonly name = 'TimeOver';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/**
 * What `work` resolves with, if it does so in time. What comes later is dropped.
 * @throws TimeOver; what `work` throws.
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeOver(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    // A timer that is left would keep a ledger awake.
    clearTimeout(timer);
  }
}
