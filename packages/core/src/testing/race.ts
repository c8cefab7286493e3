/** Starts all at once and waits for all of them. */
export const race = <T>(count: number, start: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => start(index)))

export const countOf = <T>(values: readonly T[], wanted: T): number =>
  values.filter((value) => value === wanted).length

/** What the promise rejects with. @throws Error where it does not */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It was expected to fail, and it did not')
}
