import { StorageUnavailable } from '@audiohost/core'

/** What `work` comes to. @throws StorageUnavailable where that takes too long */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StorageUnavailable({ cause: new Error(`No answer within ${limitMs} ms`) }))
    }, limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
