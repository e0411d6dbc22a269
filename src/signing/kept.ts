/** Keeps what was made of a text: an account has its key for years, and each message would decode it again. */

/** How many are kept; beyond it all are forgotten. */
const MOST = 100;

function remember<Made>(made: Map<string, Made>, text: string, now: Made): Made {
  if (made.size >= MOST) made.clear();
  made.set(text, now);
  return now;
}

/**
 * A function that makes each thing once.
 * @param make depends on the text alone. What it throws is not kept, and what it gives is not to be changed.
 */
export function kept<Made>(make: (text: string) => Made): (text: string) => Made {
  const made = new Map<string, Made>();
  return (text) => {
    const before = made.get(text);
    return before === undefined ? remember(made, text, make(text)) : before;
  };
}

/** The same for what has to be waited for. The thing is kept, not the promise of it: a promise belongs to the request that made it. */
export function keptAwaited<Made>(make: (text: string) => Promise<Made>): (text: string) => Promise<Made> {
  const made = new Map<string, Made>();
  return async (text) => {
    const before = made.get(text);
    return before === undefined ? remember(made, text, await make(text)) : before;
  };
}
