/**
 * The source of `src/signing/digests.wasm`: what MD5 (RFC 1321), SHA-1, SHA-256 and SHA-512 (FIPS 180-4) do to their state for each block of a
 * message, and percent-decoding. Everything around it is in signing/wasm-digests.ts. No address and no branch depends on what is digested, so
 * neither does the time. The file is long because all of it is one module, with one memory and one instance.
 */
import {
  BYTES16,
  type Code,
  chosenWords,
  either,
  FOUR_WORDS,
  get,
  isLess,
  isNegative,
  load16,
  loadByte,
  loadSignedByte,
  repeatWhile,
  set,
  store16,
  storeByte,
  turnedBytes,
  type WasmFunction,
  WORD32,
  WORD64,
  type Word,
  wasmModule,
  when,
  whereIs,
  ZEROS16,
  zerosBelow,
} from './assembler.ts';

/** The parameters of each function: the addresses of the state, of the first block, and of the end of the last one. */
const [STATE, BLOCK, END] = [0, 1, 2];
/** Locals: how far the words of a block are, and the constants; 16 bytes; a word. Behind them are the variables of the state. */
const [AT, CONSTANT, BYTES, MIXED, FIRST] = [3, 4, 5, 6, 7];

/** Where the words of a block lie, and what is made of them. Before them are the constants of SHA-2. */
const SCHEDULE = 1024;

const PERCENT = 0x25;

const int32 = WORD32.constant;
const seen = (...statements: readonly Code[]): Code => statements.flat();
const each = (count: number, statement: (place: number) => Code): Code =>
  Array.from({ length: count }, (_, place) => statement(place)).flat();

/** The variables of a round. They change places with every round: only their names move. */
function turned(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, place) => FIRST + ((((place - round) % count) + count) % count));
}

/**
 * Works every block into the state.
 * @param count the words of the state.
 * @param more locals behind the variables of the state.
 */
function overBlocks(
  name: string,
  word: Word,
  count: number,
  statements: Code,
  more: readonly number[] = [],
): WasmFunction {
  const size = word.size;
  const state = Array.from({ length: count }, () => word.type);
  return {
    name,
    parameters: 3,
    locals: [WORD32.type, WORD32.type, BYTES16, word.type, ...state, ...more],
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
    store16(int32(0), SCHEDULE + 16 * place, turnedBytes(word, BYTES, load16(get(BLOCK), 16 * place))),
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
  readonly name: string;
  readonly word: Word;
  readonly rounds: number;
  /** How far words are rotated in a round. */
  readonly upper: Turns;
  readonly lower: Turns;
  /** Writes the words of a block, before its rounds. */
  readonly first: Code;
  /** Before every fourth of sixteen rounds. */
  readonly between?: (four: number) => Code;
  /** A word of the schedule with the constant of its round. */
  readonly added: (place: number) => Code;
  /** Locals behind its own. */
  readonly locals?: readonly number[];
}

/** Locals behind the variables of the state: where a and b of the last round differ, and those of this one. */
const DIFFERENT = [FIRST + 8, FIRST + 9] as const;

function sha2({ name, word, rounds, upper, lower, first, between, added, locals = [] }: Sha2): WasmFunction {
  const { add, and, xor, rotated } = word;
  const rotatedThrice = ([one, two, three]: Turns, value: Code) =>
    xor(rotated(value, one), rotated(value, two), rotated(value, three));
  // Sums begin with what is known first: processors do several things at once, and the rounds wait for each other.
  const round = (place: number) => {
    const [a = 0, b = 0, , d = 0, e = 0, f = 0, g = 0, h = 0] = turned(8, place);
    const [before, now] = place % 2 === 0 ? DIFFERENT : DIFFERENT.toReversed();
    return seen(
      place % 4 === 0 && between ? between(place / 4) : [],
      set(
        MIXED,
        add(get(h), added(place), chosen(word, get(e), get(f), get(g)), rotatedThrice(lower, get(e))),
      ),
      set(d, add(get(d), get(MIXED))),
      set(now, xor(get(a), get(b))),
      // The majority of a, b and c is b, but for the bits where it differs from both.
      set(h, add(rotatedThrice(upper, get(a)), xor(get(b), and(get(now), get(before))), get(MIXED))),
    );
  };
  const step = between ? 16 : 8;
  return overBlocks(
    name,
    word,
    8,
    seen(
      first,
      set(DIFFERENT[0], xor(get(FIRST + 1), get(FIRST + 2))),
      set(CONSTANT, int32(0)),
      overWords(
        word,
        { from: 0, to: rounds, step },
        round,
        set(CONSTANT, WORD32.add(get(CONSTANT), int32(8 * step))),
      ),
    ),
    [word.type, word.type, ...locals],
  );
}

type Spread = readonly [turn: number, other: number, shift: number];

/** Locals of SHA-256: four words each, the newest sixteen, and some to work on. */
const [WORDS, SPREAD] = [[FIRST + 10, FIRST + 11, FIRST + 12, FIRST + 13], FIRST + 14] as const;

/** The schedule is made between the rounds, four words at a time, sixteen words before they are needed; the last sixteen never are. */
function sha256(): WasmFunction {
  const { add, xor, shifted, rotated } = FOUR_WORDS;
  const spread = ([one, two, three]: Spread, value: Code) =>
    seen(set(SPREAD, value), xor(rotated(SPREAD, one), rotated(SPREAD, two), shifted(get(SPREAD), three)));
  /** It has the upper halves of SHA-512's constants. */
  const constants = (address: Code, offset: number) =>
    chosenWords(load16(address, offset), load16(address, offset + 16), [1, 3, 5, 7]);
  const wordsAt = (four: number) => WORDS[four % 4] ?? 0;
  const read = (four: number) =>
    seen(
      set(wordsAt(four), turnedBytes(WORD32, BYTES, load16(get(BLOCK), 16 * four))),
      store16(int32(0), SCHEDULE + 16 * four, add(get(wordsAt(four)), constants(int32(0), 32 * four))),
    );
  // A word is made of those 16, 15, 7 and 2 before it: the third and fourth of four wait for the first and second.
  const next = (four: number) => {
    const [a, b, c, d] = [wordsAt(four), wordsAt(four + 1), wordsAt(four + 2), wordsAt(four + 3)];
    const early = spread([7, 18, 3], chosenWords(get(a), get(b), [1, 2, 3, 4]));
    const late = (value: Code) => set(a, add(get(a), spread([17, 19, 10], value)));
    return seen(
      set(a, add(get(a), chosenWords(get(c), get(d), [1, 2, 3, 4]), early)),
      late(chosenWords(get(d), ZEROS16, [2, 3, 4, 4])),
      late(chosenWords(get(a), ZEROS16, [4, 4, 0, 1])),
      store16(get(AT), SCHEDULE + 64 + 16 * four, add(get(a), constants(get(CONSTANT), 128 + 32 * four))),
    );
  };
  return sha2({
    name: 'sha256',
    word: WORD32,
    rounds: 64,
    upper: [2, 13, 22],
    lower: [6, 11, 25],
    first: each(4, read),
    between: next,
    added: (place) => scheduled(WORD32, place),
    locals: Array.from({ length: 5 }, () => BYTES16),
  });
}

function sha512(): WasmFunction {
  const { add, xor, rotated, shifted } = WORD64;
  const spread = ([one, two, three]: Spread, value: Code) =>
    xor(rotated(value, one), rotated(value, two), shifted(value, three));
  const next = (place: number) =>
    WORD64.store(
      get(AT),
      SCHEDULE + 8 * (place + 16),
      add(
        scheduled(WORD64, place),
        scheduled(WORD64, place + 9),
        spread([1, 8, 7], scheduled(WORD64, place + 1)),
        spread([19, 61, 6], scheduled(WORD64, place + 14)),
      ),
    );
  return sha2({
    name: 'sha512',
    word: WORD64,
    rounds: 80,
    upper: [28, 34, 39],
    lower: [14, 18, 41],
    first: seen(firstWords(WORD64), overWords(WORD64, { from: 0, to: 64, step: 4 }, next)),
    added: (place) => add(WORD64.load(get(CONSTANT), 8 * place), scheduled(WORD64, place)),
  });
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

// --- Percent-encoding -------------------------------------------------------------------------------------

/** Where the values of digits stand, behind the constants of SHA-2. */
const DIGITS = 640;

/**
 * Percent-decodes a text of ASCII, 16 bytes at a time up to the next percent sign. Behind the text stand 16 bytes that are none. Its parameters are
 * the addresses of the text, of its end, of what is decoded, and of a word for the end of that: -1 where no two hexadecimal digits stand
 * behind a percent sign. Behind that end it leaves up to 16 bytes that mean nothing. Its time depends on the text, which is no secret.
 */
function percentDecode(): WasmFunction {
  const [source, end, target, result] = [0, 1, 2, 3];
  const [before, byte, all, bytes] = [4, 5, 6, 7];
  const { add, or } = WORD32;
  const moved = (place: number, by: Code) => set(place, add(get(place), by));
  const digit = (offset: number) => loadSignedByte(loadByte(get(source), offset), DIGITS);
  return {
    name: 'percentDecode',
    parameters: 4,
    locals: [WORD32.type, WORD32.type, WORD32.type, BYTES16],
    statements: seen(
      repeatWhile(
        seen(
          set(bytes, load16(get(source), 0)),
          store16(get(target), 0, get(bytes)),
          set(before, zerosBelow(or(whereIs(PERCENT, get(bytes)), int32(1 << 16)))),
          moved(source, get(before)),
          moved(target, get(before)),
          when(
            isLess(get(before), int32(16)),
            seen(
              set(byte, or(WORD32.shiftedLeft(digit(1), 4), digit(2))),
              set(all, or(get(all), get(byte))),
              storeByte(get(target), 0, get(byte)),
              moved(source, int32(3)),
              moved(target, int32(1)),
            ),
          ),
        ),
        isLess(get(source), get(end)),
      ),
      // What was read of the bytes behind the end was written too.
      moved(target, WORD32.subtract(get(end), get(source))),
      WORD32.store(get(result), 0, either(isNegative(get(all)), int32(-1), get(target))),
    ),
  };
}

/** The value of each character of ASCII as a hexadecimal digit, or -1. */
function digits(): Code {
  return Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code);
    return /[0-9a-f]/i.test(character) ? Number.parseInt(character, 16) : 0xff;
  });
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
  return wasmModule([md5(), sha1(), sha256(), sha512(), percentDecode()], [...constants(), ...digits()]);
}
