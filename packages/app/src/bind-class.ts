import type { Container, ServiceIdentifier } from 'inversify'
import type { Token } from './tokens.ts'

/** One token for each dependency, and each of the right type: anything else does not compile. */
export type TokensFor<Dependencies> = {
  readonly [Name in keyof Dependencies]-?: Token<NonNullable<Dependencies[Name]>>
}

type Constructor<Dependencies, T> = new (deps: Dependencies) => T

/** Binds a class that takes one object of dependencies, as a singleton, under itself. */
export function bindClass<Dependencies extends object, T>(
  container: Container,
  Class: Constructor<Dependencies, T>,
  tokens: TokensFor<Dependencies>,
): void {
  const names = Object.keys(tokens) as (keyof Dependencies)[]
  const identifiers = names.map((name) => tokens[name] as ServiceIdentifier)
  const build = (...values: unknown[]): T =>
    new Class(Object.fromEntries(names.map((name, index) => [name, values[index]])) as Dependencies)
  container
    .bind(Class as ServiceIdentifier<T>)
    .toResolvedValue(build, identifiers as never)
    .inSingletonScope()
}

/** Binds a value under its token. */
export function bindValue<T>(container: Container, token: Token<T>, value: T): void {
  container.bind(token).toConstantValue(value)
}

export const getValue = <T>(container: Container, token: Token<T>): T => container.get(token)
