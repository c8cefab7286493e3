import type { Actor } from '../actor.ts'
import type { InMemoryAdapters } from '../in-memory/in-memory-adapters.ts'
import { Authenticate } from '../sessions/authenticate.ts'
import type { SignedIn } from '../sessions/issue-tokens.ts'
import { LogIn } from '../sessions/log-in.ts'
import { emailKey } from '../users/email-address.ts'
import type { User } from '../users/user.ts'
import { aUser } from './builders.ts'

export interface Account extends SignedIn {
  readonly user: User & { readonly email: NonNullable<User['email']> }
  readonly password: string
  readonly actor: Actor
  /** Opens another session. */
  readonly signIn: () => Promise<SignedIn & { readonly actor: Actor }>
}

/** A stored user with a password, who has just signed in. */
export async function anAccount(adapters: InMemoryAdapters, overrides: Partial<User> = {}): Promise<Account> {
  const now = adapters.clock.now()
  const user = aUser({ createdAt: now, updatedAt: now, ...overrides })
  const { email } = user
  if (email === undefined) throw new Error('An account that signs in with a password has an e-mail address')
  const password = `password of ${emailKey(email)}`
  await adapters.users.insert(user, await adapters.hasher.hash(password))
  const signIn: Account['signIn'] = async () => {
    const signedIn = await new LogIn(adapters).execute({ email, password, userAgent: 'Browser 1.0' })
    const { actor } = await new Authenticate(adapters).execute({ accessToken: signedIn.tokens.accessToken })
    return { ...signedIn, actor }
  }
  return { ...(await signIn()), user: { ...user, email }, password, signIn }
}
