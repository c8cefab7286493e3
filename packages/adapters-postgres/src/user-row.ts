import { emailKey, type EmailAddress, type User, type UserChanges, type UserId } from '@audiohost/core'

/** A row of `users`, without the hash of the password. */
export interface UserRow {
  readonly id: UserId
  readonly name: string
  readonly surname: string
  readonly email: EmailAddress | null
  readonly is_admin: boolean
  readonly is_active: boolean
  readonly created_at: Date
  readonly updated_at: Date
}

export const userColumns = [
  'users.id',
  'users.name',
  'users.surname',
  'users.email',
  'users.is_admin',
  'users.is_active',
  'users.created_at',
  'users.updated_at',
] as const

export const toUser = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  surname: row.surname,
  email: row.email ?? undefined,
  isAdmin: row.is_admin,
  isActive: row.is_active,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const newUserRow = (user: User, passwordHash: string | undefined) => ({
  id: user.id,
  name: user.name,
  surname: user.surname,
  email: user.email ?? null,
  email_key: user.email === undefined ? null : emailKey(user.email),
  password_hash: passwordHash ?? null,
  is_admin: user.isAdmin,
  is_active: user.isActive,
  created_at: user.createdAt,
  updated_at: user.updatedAt,
})

export const changedUserColumns = (changes: UserChanges, now: Date) => ({
  ...(changes.name !== undefined && { name: changes.name }),
  ...(changes.surname !== undefined && { surname: changes.surname }),
  ...(changes.email !== undefined && { email: changes.email, email_key: emailKey(changes.email) }),
  ...(changes.isAdmin !== undefined && { is_admin: changes.isAdmin }),
  ...(changes.isActive !== undefined && { is_active: changes.isActive }),
  updated_at: now,
})
