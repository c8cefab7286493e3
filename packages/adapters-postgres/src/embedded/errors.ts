/** Another process of audiohost runs on this folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(
      `Another audiohost is running on the database in ${folder}: stop it first, or choose another data folder`,
    )
    this.name = 'FolderInUse'
  }
}

/** The embedded server cannot run here; the message says what to do. */
export class EmbeddedServerFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedServerFailed'
  }
}
