import type { HttpMetrics, StreamDirection } from './http-metrics.ts'

/** Counts a stream as open for as long as `work` runs. */
export async function countStream<T>(
  metrics: HttpMetrics | undefined,
  direction: StreamDirection,
  work: () => Promise<T>,
): Promise<T> {
  metrics?.streamOpened(direction)
  try {
    return await work()
  } finally {
    metrics?.streamClosed(direction)
  }
}
