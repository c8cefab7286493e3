/** The same numbers for the same seed (mulberry32). What happens in between stays a race, as it should. */
export function randomFrom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from, to) => Math.floor(from + next() * (to - from + 1))
  return {
    between,
    oneOf: (values) => values[between(0, values.length - 1)],
    /** `{ upload: 3, delete: 1 }`: three of four times 'upload'. */
    weighted: (weights) => {
      let left = next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0)
      return Object.keys(weights).find((key) => (left -= weights[key]) < 0)
    },
  }
}
