/** Runs the work and returns the most memory that `rssBytes` showed meanwhile. */
export async function peakDuring(rssBytes, work) {
  let peak = rssBytes()
  const timer = setInterval(() => {
    peak = Math.max(peak, rssBytes())
  }, 50)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return peak
}
