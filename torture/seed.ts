/** Every random choice of a run comes from here, so that its seed tells what was done. */
export const seed = Number(process.env.DCR_TORTURE_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Whether a run is to take two minutes: fewer of everything that is done many times. */
export const isShort = process.env.DCR_TORTURE_SHORT === '1'

let state = seed

/** From 0 to 1. The generator is mulberry32: 32 bits of state are plenty for some thousand choices. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

export function randomBelow(end: number): number {
  return Math.floor(random() * end)
}
