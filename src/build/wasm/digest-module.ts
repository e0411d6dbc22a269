/**
 * The source of `src/signing/digests.wasm`: what MD5 (RFC 1321), SHA-1, SHA-256 and SHA-512 (FIPS 180-4) do to their state for each block of a
 * message. Everything around it is in signing/wasm-digests.ts. No address and no branch depends on what is digested, so neither does the time.
 */
import {
  BYTES16,
  type Code,
  copyTurned,
  get,
  isLess,
  repeatWhile,
  set,
  type WasmFunction,
  WORD32,
  WORD64,
  type Word,
  wasmModule,
} from './assembler.ts';

/** The parameters of each function: the addresses of the state, of the first block, and of the end of the last one. */
const [STATE, BLOCK, END] = [0, 1, 2];
/** Locals: how far the words of a block are, and the constants; 16 bytes; a word. Behind them are the variables of the state. */
const [AT, CONSTANT, BYTES, MIXED, FIRST] = [3, 4, 5, 6, 7];

/** Where the words of a block lie, and what is made of them. Before them are the constants of SHA-2. */
const SCHEDULE = 1024;

const int32 = WORD32.constant;
const seen = (...statements: readonly Code[]): Code => statements.flat();
const each = (count: number, statement: (place: number) => Code): Code =>
  Array.from({ length: count }, (_, place) => statement(place)).flat();

/** The variables of a round. They change places with every round: only their names move. */
function turned(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, place) => FIRST + ((((place - round) % count) + count) % count));
}

/** Works every block into the state. @param count the words of the state. */
function overBlocks(name: string, word: Word, count: number, statements: Code): WasmFunction {
  const size = word.size;
  return {
    name,
    parameters: 3,
    locals: [WORD32.type, WORD32.type, BYTES16, word.type, ...Array.from({ length: count }, () => word.type)],
    statements: repeatWhile(
      seen(
        each(count, (place) => set(FIRST + place, word.load(get(STATE), size * place))),
        statements,
        each(count, (place) => {
          const sum = word.add(word.load(get(STATE), size * place), get(FIRST + place));
          return word.store(get(STATE), size * place, sum);
        }),
        set(BLOCK, WORD32.add(get(BLOCK), int32(16 * size))),
      ),
      isLess(get(BLOCK), get(END)),
    ),
  };
}

/** Writes a block's 16 words, which have their highest byte first. */
function firstWords(word: Word): Code {
  return each(word.size, (place) =>
    copyTurned(
      word,
      BYTES,
      { address: get(BLOCK), offset: 16 * place },
      { address: int32(0), offset: SCHEDULE + 16 * place },
    ),
  );
}

/** Goes over words, several at a time. @param statement of the word at AT, and so many behind it. */
function overWords(
  { size }: Word,
  range: { readonly from?: number; readonly to: number; readonly step: number },
  statement: (place: number) => Code,
  more: Code = [],
): Code {
  const { from, to, step } = range;
  return seen(
    from === undefined ? [] : set(AT, int32(size * from)),
    repeatWhile(
      seen(each(step, statement), set(AT, WORD32.add(get(AT), int32(size * step))), more),
      isLess(get(AT), int32(size * to)),
    ),
  );
}

/** A word of the schedule, counted from AT. */
const scheduled = (word: Word, place: number): Code => word.load(get(AT), SCHEDULE + word.size * place);

/** Either the one or the other, bit by bit. */
const chosen = ({ xor, and }: Word, by: Code, one: Code, other: Code): Code =>
  xor(other, and(by, xor(one, other)));
const majority = ({ or, and }: Word, a: Code, b: Code, c: Code): Code => or(and(a, b), and(c, or(a, b)));

// --- SHA-2 ------------------------------------------------------------------------------------------------

type Turns = readonly [number, number, number];

interface Sha2 {
  readonly word: Word;
  readonly rounds: number;
  /** How far words are rotated: in a round, and for the schedule, where the third is a shift. */
  readonly upper: Turns;
  readonly lower: Turns;
  readonly early: Turns;
  readonly late: Turns;
}

function sha2(name: string, { word, rounds, upper, lower, early, late }: Sha2): WasmFunction {
  const { add, xor, rotated, shifted } = word;
  const rotatedThrice = ([one, two, three]: Turns, value: Code) =>
    xor(rotated(value, one), rotated(value, two), rotated(value, three));
  const spread = ([one, two, three]: Turns, value: Code) =>
    xor(rotated(value, one), rotated(value, two), shifted(value, three));
  const next = (place: number) =>
    word.store(
      get(AT),
      SCHEDULE + word.size * (place + 16),
      add(
        scheduled(word, place),
        scheduled(word, place + 9),
        spread(early, scheduled(word, place + 1)),
        spread(late, scheduled(word, place + 14)),
      ),
    );
  // SHA-256 has the upper halves of SHA-512's constants.
  const constant = (place: number) => word.load(get(CONSTANT), 8 * place + 8 - word.size);
  const round = (place: number) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = turned(8, place);
    return seen(
      set(
        MIXED,
        add(
          get(h),
          rotatedThrice(lower, get(e)),
          chosen(word, get(e), get(f), get(g)),
          constant(place),
          scheduled(word, place),
        ),
      ),
      set(d, add(get(d), get(MIXED))),
      set(h, add(get(MIXED), rotatedThrice(upper, get(a)), majority(word, get(a), get(b), get(c)))),
    );
  };
  return overBlocks(
    name,
    word,
    8,
    seen(
      firstWords(word),
      overWords(word, { from: 0, to: rounds - 16, step: 4 }, next),
      set(CONSTANT, int32(0)),
      overWords(
        word,
        { from: 0, to: rounds, step: 8 },
        round,
        set(CONSTANT, WORD32.add(get(CONSTANT), int32(64))),
      ),
    ),
  );
}

// --- SHA-1 ------------------------------------------------------------------------------------------------

function sha1(): WasmFunction {
  const { add, xor, rotated } = WORD32;
  const next = (place: number) =>
    WORD32.store(
      get(AT),
      SCHEDULE + 4 * (place + 16),
      rotated(
        xor(
          scheduled(WORD32, place),
          scheduled(WORD32, place + 2),
          scheduled(WORD32, place + 8),
          scheduled(WORD32, place + 13),
        ),
        31,
      ),
    );
  const parity = (b: Code, c: Code, d: Code) => xor(b, c, d);
  const kinds = [
    { mix: (b: Code, c: Code, d: Code) => chosen(WORD32, b, c, d), constant: 0x5a827999 },
    { mix: parity, constant: 0x6ed9eba1 },
    { mix: (b: Code, c: Code, d: Code) => majority(WORD32, b, c, d), constant: 0x8f1bbcdc },
    { mix: parity, constant: 0xca62c1d6 },
  ];
  const rounds = kinds.map(({ mix, constant }, kind) =>
    overWords(WORD32, { ...(kind === 0 && { from: 0 }), to: 20 * (kind + 1), step: 5 }, (place) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = turned(5, place);
      return seen(
        set(
          e,
          add(
            get(e),
            rotated(get(a), 27),
            mix(get(b), get(c), get(d)),
            int32(constant),
            scheduled(WORD32, place),
          ),
        ),
        set(b, rotated(get(b), 2)),
      );
    }),
  );
  return overBlocks(
    'sha1',
    WORD32,
    5,
    seen(firstWords(WORD32), overWords(WORD32, { from: 0, to: 64, step: 4 }, next), ...rounds),
  );
}

// --- MD5 --------------------------------------------------------------------------------------------------

function md5(): WasmFunction {
  const { add, xor, or, rotated } = WORD32;
  const ones = int32(-1);
  const kinds = [
    {
      mix: (b: Code, c: Code, d: Code) => chosen(WORD32, b, c, d),
      turns: [7, 12, 17, 22],
      wordOf: (n: number) => n,
    },
    {
      mix: (b: Code, c: Code, d: Code) => chosen(WORD32, d, b, c),
      turns: [5, 9, 14, 20],
      wordOf: (n: number) => 5 * n + 1,
    },
    {
      mix: (b: Code, c: Code, d: Code) => xor(b, c, d),
      turns: [4, 11, 16, 23],
      wordOf: (n: number) => 3 * n + 5,
    },
    {
      mix: (b: Code, c: Code, d: Code) => xor(c, or(b, xor(d, ones))),
      turns: [6, 10, 15, 21],
      wordOf: (n: number) => 7 * n,
    },
  ];
  const round = (n: number): Code => {
    const [a = 0, b = 0, c = 0, d = 0] = turned(4, n);
    const kind = kinds[n >> 4];
    if (!kind) return [];
    const sine = int32(Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32));
    const read = WORD32.load(get(BLOCK), 4 * (kind.wordOf(n) % 16));
    const sum = add(get(a), kind.mix(get(b), get(c), get(d)), sine, read);
    return set(a, add(get(b), rotated(sum, 32 - (kind.turns[n % 4] ?? 0))));
  };
  return overBlocks('md5', WORD32, 4, each(64, round));
}

// --- The module -------------------------------------------------------------------------------------------

/** The greatest whole number whose power is not above a value. */
function wholeRoot(value: bigint, power: bigint): bigint {
  let [low, high] = [0n, 1n << 80n];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** power <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** The constants of SHA-512: the first 64 bits behind the point of the cube roots of the first 80 primes, lowest byte first. */
function constants(): Code {
  const primes: number[] = [];
  for (let next = 2; primes.length < 80; next++)
    if (primes.every((prime) => next % prime !== 0)) primes.push(next);
  const roots = BigUint64Array.from(primes, (prime) => wholeRoot(BigInt(prime) << 192n, 3n));
  return [...new Uint8Array(roots.buffer)];
}

/** The bytes of the module. */
export function digestModule(): Uint8Array<ArrayBuffer> {
  const sha256: Sha2 = {
    word: WORD32,
    rounds: 64,
    upper: [2, 13, 22],
    lower: [6, 11, 25],
    early: [7, 18, 3],
    late: [17, 19, 10],
  };
  const sha512: Sha2 = {
    word: WORD64,
    rounds: 80,
    upper: [28, 34, 39],
    lower: [14, 18, 41],
    early: [1, 8, 7],
    late: [19, 61, 6],
  };
  return wasmModule([md5(), sha1(), sha2('sha256', sha256), sha2('sha512', sha512)], constants());
}
