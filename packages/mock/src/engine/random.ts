/** Random numbers from 0 up to, but not including, 1, the same for the same seed. */
export type Random = () => number;

/**
 * Makes a generator from a 32-bit seed.
 *
 * @see https://prng.di.unimi.it/splitmix64.c for the family of generators it belongs to.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from `low` to `high`, both included; they may come in either order. */
export function randomInteger(random: Random, low: number, high: number): number {
  const [from, to] = low <= high ? [Math.ceil(low), Math.floor(high)] : [Math.ceil(high), Math.floor(low)];
  return from + Math.floor(random() * (to - from + 1));
}

/** A UUID of version 4. */
export function randomUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => randomInteger(random, 0, 15).toString(16));
  digits[12] = '4';
  digits[16] = (8 + randomInteger(random, 0, 3)).toString(16);
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const words =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum fugiat nulla pariatur'.split(
    ' ',
  );

/** A sentence of 4 to 12 words that means nothing. */
export function randomSentence(random: Random): string {
  const length = randomInteger(random, 4, 12);
  const text = Array.from({ length }, () => words[randomInteger(random, 0, words.length - 1)]).join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** 3 to 6 sentences that mean nothing. */
export function randomParagraph(random: Random): string {
  return Array.from({ length: randomInteger(random, 3, 6) }, () => randomSentence(random)).join(' ');
}
