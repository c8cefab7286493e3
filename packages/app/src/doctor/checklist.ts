import { errorMessage } from '../error-message.ts'
import { checkNames, type CheckName, type CheckOutcome, type CheckResult } from './check-result.ts'

/** The results of one run. A check that fails by an error is one that could not be made. */
export class Checklist {
  readonly #results = new Map<CheckName, CheckResult>()

  note(name: CheckName, outcome: CheckOutcome): void {
    const complete = { name, outcome: 'ok', found: 0, fixed: 0, items: [], ...outcome } as const
    this.#results.set(name, complete)
  }

  /** What `work` gives, with `outcomeOf` it as the result; `undefined` where it failed. */
  async attempt<T>(
    name: CheckName,
    work: () => Promise<T>,
    outcomeOf: (value: T) => CheckOutcome,
  ): Promise<T | undefined> {
    try {
      const value = await work()
      this.note(name, outcomeOf(value))
      return value
    } catch (error) {
      this.note(name, { outcome: 'unchecked', summary: errorMessage(error) })
      return undefined
    }
  }

  async run(name: CheckName, check: () => Promise<CheckOutcome>): Promise<void> {
    await this.attempt(name, check, (outcome) => outcome)
  }

  /** In their order; what was not come to is unchecked. */
  results(): readonly CheckResult[] {
    return checkNames.map(
      (name) =>
        this.#results.get(name) ?? {
          name,
          outcome: 'unchecked',
          summary: 'not come to',
          found: 0,
          fixed: 0,
          items: [],
        },
    )
  }
}
