import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const columns = [
  ['budget', ({ id }) => id],
  ['what', ({ what }) => what],
  ['ours', ({ ours }) => ours],
  ['beside', ({ beside = '' }) => beside],
  ['figure', ({ figure, unit = '' }) => `${figure} ${unit}`.trim()],
  ['goal', ({ goal, isAtMost, unit = '' }) => `${isAtMost ? '<=' : '>='} ${goal} ${unit}`.trim()],
  ['held', ({ isHeld }) => (isHeld ? 'yes' : '**no**')],
]

/** The rows as a Markdown table. */
export function tableOf(rows) {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, show]) => show(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column].length)))
  const lines = cells.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  )
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}

/** What was measured on, for a file of results and for the page. */
export const machine = () => ({
  node: process.version,
  cores: os.cpus().length,
  cpu: os.cpus()[0]?.model,
  os: `${os.type()} ${os.release()}`,
})

/** Keeps one run with every single figure; returns the file. */
export function saveRun(folder, run) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${run.at.replaceAll(':', '-').slice(0, 19)}.json`)
  writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`)
  return file
}
