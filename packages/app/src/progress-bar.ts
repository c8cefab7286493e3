import type { SingleBar } from 'cli-progress'

export interface ProgressBar {
  /** `total` may change on the way; without one only what is done is shown. */
  update(done: number, total?: number): void
  stop(): void
}

export interface ProgressBarOptions {
  /** What is being done, such as `comparing rows`. */
  readonly label: string
  /** How a number is written. */
  readonly format?: (value: number) => string
}

type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean }

const lineEveryMs = 10_000

/** A bar where somebody looks at a terminal; elsewhere, such as in a log, a line now and then. */
export async function startProgressBar(
  { label, format = (value) => value.toString() }: ProgressBarOptions,
  output: Terminal = process.stderr,
): Promise<ProgressBar> {
  return output.isTTY === true ? bar(label, format, output) : lines(label, format, output)
}

async function bar(label: string, format: (value: number) => string, output: Terminal): Promise<ProgressBar> {
  const { default: progress } = await import('cli-progress')
  const single: SingleBar = new progress.SingleBar(
    {
      format: (_options, { progress: share, eta, value, total }, { isOpen }: { isOpen: boolean }) => {
        if (isOpen) return `${label}: ${format(value)}`
        const filled = '='.repeat(Math.round(share * 30)).padEnd(30)
        const left = Number.isFinite(eta) && eta > 0 ? `, ${duration(eta)} left` : ''
        return `${label} [${filled}] ${format(value)} of ${format(total)}${left}`
      },
      stream: output,
      clearOnComplete: true,
      hideCursor: true,
    },
    progress.Presets.legacy,
  )
  single.start(1, 0, { isOpen: true })
  return {
    update: (done, total) => {
      if (total !== undefined) single.setTotal(Math.max(total, done, 1))
      single.update(done, { isOpen: total === undefined })
    },
    stop: () => {
      single.stop()
    },
  }
}

function lines(label: string, format: (value: number) => string, output: Terminal): ProgressBar {
  let writtenAt = performance.now()
  return {
    update: (done, total) => {
      if (performance.now() - writtenAt < lineEveryMs) return
      writtenAt = performance.now()
      output.write(
        `audiohost: ${label}: ${format(done)}${total === undefined ? '' : ` of ${format(total)}`}\n`,
      )
    },
    stop: () => undefined,
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
