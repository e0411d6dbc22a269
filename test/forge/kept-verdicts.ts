/** The platform's verdicts on signatures, kept: in one world the same message is read many times. */

/** What one key has said of a signature over a message. */
type Verdicts = Map<string, Promise<boolean>>;

/** Beyond it all are forgotten. */
const MOST = 2000;

const text = (bytes: BufferSource) =>
  ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    : Buffer.from(bytes).toString('latin1');

/**
 * Runs `work` while WebCrypto is asked only once whether a key has signed a message: a verdict depends on nothing else, and the call
 * waits for a thread.
 */
export async function withVerdictsKept<Result>(work: () => Promise<Result>): Promise<Result> {
  const { subtle } = crypto;
  const byKey = new WeakMap<CryptoKey, Verdicts>();
  const verify: SubtleCrypto['verify'] = (algorithm, key, signature, message) => {
    const said = text(signature as BufferSource);
    const name = `${JSON.stringify(algorithm)} ${said.length} ${said} ${text(message as BufferSource)}`;
    const verdicts: Verdicts = byKey.get(key) ?? new Map<string, Promise<boolean>>();
    byKey.set(key, verdicts);
    const known = verdicts.get(name);
    if (known) return known;
    if (verdicts.size >= MOST) verdicts.clear();
    const verdict = SubtleCrypto.prototype.verify.call(subtle, algorithm, key, signature, message);
    verdicts.set(name, verdict);
    return verdict;
  };
  Object.defineProperty(subtle, 'verify', { value: verify, configurable: true });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(subtle, 'verify');
  }
}
