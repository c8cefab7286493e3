/** Tells the person at the terminal what is being done. */
export type Progress = (text: string) => void

export const onTerminal: Progress = (text) => {
  process.stderr.write(`audiohost: ${text}\n`)
}

export const silent: Progress = () => undefined
