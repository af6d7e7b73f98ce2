/** Looked up once: globals are slow in the sandbox of jest. */
const { imul } = Math;

/** Mulberry32: the same numbers everywhere and with each release of a library. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state);
  };
}

/**
 * A number from 0 to 1 for a node and a purpose: the same one under each policy. The order in which they ask
 * is no matter.
 */
export const chance = (seed: number, id: number, purpose: number): number =>
  mixed((imul(seed + 1, 0x9e3779b1) ^ imul(id + 1, 0x85ebca6b) ^ imul(purpose + 1, 0xc2b2ae35)) | 0);

function mixed(state: number): number {
  let value = imul(state ^ (state >>> 15), 1 | state);
  value = (value + imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
}
