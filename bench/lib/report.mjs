import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const columns = [
  ['', ({ id }) => id],
  ['what', ({ what }) => what],
  ['ours', ({ ours, unit }) => `${ours} ${unit}`],
  ['beside', ({ yardstick, unit }) => `${yardstick} ${unit}`],
  ['figure', ({ figure }) => String(figure)],
  ['goal', ({ goal, isAtMost, unit }) => (unit === 'MB' || isAtMost ? `<= ${goal}` : `>= ${goal}`)],
  ['', ({ isMet }) => (isMet ? 'met' : 'MISSED')],
]

/** The rows as a Markdown table. */
export function tableOf(rows) {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, show]) => show(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column].length)))
  const lines = cells.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  )
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  return lines.join('\n')
}

/** Keeps one run with every single figure; returns the file. */
export function saveRun(folder, { rows, quick }) {
  mkdirSync(folder, { recursive: true })
  const at = new Date().toISOString()
  const file = path.join(folder, `${at.replaceAll(':', '-').slice(0, 19)}.json`)
  const machine = {
    node: process.version,
    cores: os.cpus().length,
    cpu: os.cpus()[0]?.model,
    os: os.release(),
  }
  writeFileSync(file, `${JSON.stringify({ at, quick, machine, rows }, null, 2)}\n`)
  return file
}
