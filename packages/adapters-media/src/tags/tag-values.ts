import type { DecodedBlock } from './tag-block.ts'

/** The values under the first name that has any, of the first tag that has any. */
export function valuesOf(blocks: readonly DecodedBlock[], names: readonly string[]): readonly string[] {
  for (const { values } of blocks)
    for (const name of names) {
      const found = values.get(name)
      if (found && found.some((value) => value.trim() !== '')) return found
    }
  return []
}

type Defined<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> }

/** Without keys whose value is undefined; `undefined` if nothing is left. */
export function definedOnly<Value extends object>(value: Value): Defined<Value> | undefined {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return entries.length > 0 ? (Object.fromEntries(entries) as Defined<Value>) : undefined
}
