import type { Knex } from 'knex'

/**
 * One step forward. A name that has been released never changes, nor what it does: a later migration corrects it.
 * Old and new code run side by side during an upgrade, so first expand, and contract a release later.
 */
export interface Migration {
  readonly name: string
  readonly up: (transaction: Knex) => PromiseLike<unknown>
}
