/**
 * As much of WebAssembly as digest-module.ts needs, written as bytes (WebAssembly Core Specification 2.0, chapter 5). An expression is code that
 * leaves one value; a statement leaves none.
 */

/** Bytes of code. */
export type Code = readonly number[];

/** LEB128 without a sign. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 with a sign. */
function signed(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

/** @param place its number: the parameters first, and then the other locals in the order of their types. */
export const get = (place: number): Code => [0x20, ...unsigned(place)];
export const set = (place: number, value: Code): Code => [...value, 0x21, ...unsigned(place)];

/** Sets it, and leaves the value. */
const tee = (place: number, value: Code): Code => [...value, 0x22, ...unsigned(place)];

/** Runs statements where a 32-bit value is not zero. */
export const when = (condition: Code, statements: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...statements,
  0x0b,
];

/** The first value where a 32-bit one is not zero, and otherwise the second. */
export const either = (condition: Code, one: Code, other: Code): Code => [
  ...one,
  ...other,
  ...condition,
  0x1b,
];

/** Runs statements, and again as long as a 32-bit value is not zero behind them. */
export const repeatWhile = (statements: Code, condition: Code): Code => [
  0x03,
  0x40,
  ...statements,
  ...condition,
  0x0d,
  0,
  0x0b,
];

/** What there is for words of 32 bits, and for those of 64. */
export interface Word {
  /** In bytes. */
  readonly size: 4 | 8;
  readonly type: number;
  constant(value: number | bigint): Code;
  add(first: Code, ...more: Code[]): Code;
  subtract(first: Code, ...more: Code[]): Code;
  and(first: Code, ...more: Code[]): Code;
  or(first: Code, ...more: Code[]): Code;
  xor(first: Code, ...more: Code[]): Code;
  /** Shifted to the right, with zeros behind it. */
  shifted(value: Code, by: number): Code;
  shiftedLeft(value: Code, by: number): Code;
  /** Rotated to the right. */
  rotated(value: Code, by: number): Code;
  load(address: Code, offset: number): Code;
  store(address: Code, offset: number, value: Code): Code;
}

interface Opcodes {
  readonly type: number;
  readonly constant: number;
  readonly add: number;
  readonly subtract: number;
  readonly and: number;
  readonly or: number;
  readonly xor: number;
  readonly shift: number;
  readonly shiftLeft: number;
  readonly rotate: number;
  readonly load: number;
  readonly store: number;
}

/** An operation over two values or more. */
const joined =
  (code: Code) =>
  (first: Code, ...more: Code[]): Code => [...first, ...more.flatMap((value) => [...value, ...code])];

function word(size: 4 | 8, codes: Opcodes): Word {
  const constant = (value: number | bigint): Code => [
    codes.constant,
    ...signed(BigInt.asIntN(8 * size, BigInt(value))),
  ];
  // Addresses of words are multiples of their size.
  const alignment = Math.log2(size);
  return {
    size,
    type: codes.type,
    constant,
    add: joined([codes.add]),
    subtract: joined([codes.subtract]),
    and: joined([codes.and]),
    or: joined([codes.or]),
    xor: joined([codes.xor]),
    shifted: (value, by) => [...value, ...constant(by), codes.shift],
    shiftedLeft: (value, by) => [...value, ...constant(by), codes.shiftLeft],
    rotated: (value, by) => [...value, ...constant(by), codes.rotate],
    load: (address, offset) => [...address, codes.load, alignment, ...unsigned(offset)],
    store: (address, offset, value) => [...address, ...value, codes.store, alignment, ...unsigned(offset)],
  };
}

export const WORD32 = word(4, {
  type: 0x7f,
  constant: 0x41,
  add: 0x6a,
  subtract: 0x6b,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shift: 0x76,
  shiftLeft: 0x74,
  rotate: 0x78,
  load: 0x28,
  store: 0x36,
});

export const WORD64 = word(8, {
  type: 0x7e,
  constant: 0x42,
  add: 0x7c,
  subtract: 0x7d,
  and: 0x83,
  or: 0x84,
  xor: 0x85,
  shift: 0x88,
  shiftLeft: 0x86,
  rotate: 0x8a,
  load: 0x29,
  store: 0x37,
});

/** Whether one 32-bit value without a sign is less than another. */
export const isLess = (one: Code, other: Code): Code => [...one, ...other, 0x49];

/** Whether a 32-bit value with a sign is below zero. */
export const isNegative = (value: Code): Code => [...value, ...WORD32.constant(0), 0x48];

/** How many zeros are below the lowest one of a 32-bit value. */
export const zerosBelow = (value: Code): Code => [...value, 0x68];

/** A byte at an address, as 32 bits; and one with a sign. */
export const loadByte = (address: Code, offset: number): Code => [...address, 0x2d, 0, ...unsigned(offset)];
export const loadSignedByte = (address: Code, offset: number): Code => [
  ...address,
  0x2c,
  0,
  ...unsigned(offset),
];

/** Writes the lowest byte of a 32-bit value. */
export const storeByte = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0x3a,
  0,
  ...unsigned(offset),
];

/** The type of 16 bytes. */
export const BYTES16 = 0x7b;

/** Their operations have a prefix of their own. */
const wide = (code: number): Code => [0xfd, ...unsigned(code)];

/** 16 bytes at an address, which need be no multiple of anything. */
export const load16 = (address: Code, offset: number): Code => [
  ...address,
  ...wide(0x00),
  0,
  ...unsigned(offset),
];
export const store16 = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  ...wide(0x0b),
  0,
  ...unsigned(offset),
];
export const ZEROS16: Code = [...wide(0x0c), ...Array.from({ length: 16 }, () => 0)];

/** Which of 16 bytes are a certain one: a bit for each, that of the first byte the lowest. */
export const whereIs = (byte: number, value: Code): Code => [
  ...value,
  ...WORD32.constant(byte),
  ...wide(0x0f),
  ...wide(0x23),
  ...wide(0x64),
];

/** Chosen bytes of two values. @param places below 16: of the first one. */
const chosenBytes = (one: Code, other: Code, places: readonly number[]): Code => [
  ...one,
  ...other,
  ...wide(0x0d),
  ...places,
];

/** Four chosen words of two values. @param places below 4: of the first one. */
export const chosenWords = (
  one: Code,
  other: Code,
  places: readonly [number, number, number, number],
): Code =>
  chosenBytes(
    one,
    other,
    places.flatMap((place) => [4 * place, 4 * place + 1, 4 * place + 2, 4 * place + 3]),
  );

/** The same for four words of 32 bits at once. */
export const FOUR_WORDS = {
  add: joined(wide(0xae)),
  xor: joined(wide(0x51)),
  shifted: (value: Code, by: number): Code => [...value, ...WORD32.constant(by), ...wide(0xad)],
  /** @param place a local of the type BYTES16, which has the value. */
  rotated: (place: number, by: number): Code => [
    ...FOUR_WORDS.shifted(get(place), by),
    ...get(place),
    ...WORD32.constant(32 - by),
    ...wide(0xab),
    ...wide(0x50),
  ],
};

/**
 * 16 bytes, with those of each word in the opposite order.
 * @param place a local of the type BYTES16.
 */
export function turnedBytes({ size }: Word, place: number, value: Code): Code {
  const lanes = Array.from({ length: 16 }, (_, at) => at ^ (size - 1));
  return chosenBytes(tee(place, value), get(place), lanes);
}

/** A function that is given numbers of 32 bits and gives nothing. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** The types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly statements: Code;
}

const text = (value: string): Code => [...unsigned(value.length), ...Buffer.from(value)];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (kind: number, content: Code): Code => [kind, ...unsigned(content.length), ...content];

/** A module that exports some functions and its memory, which begins with some bytes and has 64 KiB. */
export function wasmModule(functions: readonly WasmFunction[], data: Code): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [WORD32.type])),
    0,
  ]);
  const bodies = functions.map(({ locals, statements }) => {
    const body = [...list(locals.map((type) => [1, type])), ...statements, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  const exported = functions.map(({ name }, place) => [...text(name), 0, ...unsigned(place)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, place) => unsigned(place)))),
    ...section(5, list([[1, 1, 1]])),
    ...section(7, list([[...text('memory'), 2, 0], ...exported])),
    ...section(10, list(bodies)),
    ...section(11, list([[0, ...WORD32.constant(0), 0x0b, ...unsigned(data.length), ...data]])),
  ]);
}
