/** What undoes each thing that the run has made, the last first. */
const undoings = []
let cleaning

/** Registers what is to be undone however the run ends: by itself, by a fault, or by Ctrl-C. */
export function atEnd(undo) {
  undoings.push(undo)
}

export function cleanUp() {
  cleaning ??= undoAll()
  return cleaning
}

/** What fails from then on fails because it is being undone. */
export const isCleaning = () => cleaning !== undefined

async function undoAll() {
  for (let undo = undoings.pop(); undo; undo = undoings.pop()) {
    try {
      await undo()
    } catch (error) {
      process.stderr.write(`audiohost: could not clean up: ${error.message}\n`)
    }
  }
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    process.stderr.write('\naudiohost: cleaning up ...\n')
    void cleanUp().then(() => process.exit(status))
  })
}
