/**
 * Runs each contestant once a round, in turn, so that what the machine does besides hits all alike.
 * Returns for each name its figures, one a round, after a round that does not count.
 */
export async function interleave(contestants, rounds) {
  const figures = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(contestants)) {
      const figure = await measure()
      if (round > 0) figures[name].push(figure)
    }
  }
  return figures
}

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** MB a second for this many bytes of work. */
export async function megabytesPerSecond(bytes, work) {
  const began = performance.now()
  await work()
  return bytes / 1e6 / ((performance.now() - began) / 1000)
}
