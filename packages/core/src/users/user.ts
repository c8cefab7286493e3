import type { UserId } from '../ids.ts'
import type { TextInput } from '../text-input.ts'
import type { EmailAddress } from './email-address.ts'

export interface User {
  readonly id: UserId
  readonly name: string
  readonly surname: string
  /** Unknown only for an account that an identity provider opened without telling an address. */
  readonly email: EmailAddress | undefined
  readonly isAdmin: boolean
  readonly isActive: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The changes to a user; what is absent stays. */
export interface UserChanges {
  readonly name?: string
  readonly surname?: string
  readonly email?: EmailAddress
  readonly isAdmin?: boolean
  readonly isActive?: boolean
}

export const maxNameLength = 100

export const readName = (input: TextInput, path: '/name' | '/surname', value: string): string =>
  input.line(path, value, maxNameLength)
