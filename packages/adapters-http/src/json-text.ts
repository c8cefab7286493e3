/** JSON of a value that has been written already: it goes out as it is. */
export class JsonText<Value> {
  readonly text: string
  /** For the compiler alone. */
  declare readonly value?: Value

  constructor(text: string) {
    this.text = text
  }
}
