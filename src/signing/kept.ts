/** Keeps what was made of a text: an account has its key for years, and each message would decode it again. */

/** How many are kept; beyond it all are forgotten. */
const MOST = 100;

/**
 * A function that makes each thing once.
 * @param make depends on the text alone. What it throws is not kept, and what it gives is not to be changed.
 */
export function kept<Made>(make: (text: string) => Made): (text: string) => Made {
  const made = new Map<string, Made>();
  return (text) => {
    const before = made.get(text);
    if (before !== undefined) return before;
    const now = make(text);
    if (made.size >= MOST) made.clear();
    made.set(text, now);
    return now;
  };
}
