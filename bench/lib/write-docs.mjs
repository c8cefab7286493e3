import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chartOf } from './chart.mjs'
import { tableOf } from './report.mjs'

const docs = path.resolve(import.meta.dirname, '../../docs')
const [begin, end] = ['<!-- bench: begin -->', '<!-- bench: end -->']

/** Puts the run between the two marks of docs/performance.md, and its chart beside it. */
export function writeDocs({ at, quick, seconds, machine, rows }) {
  const file = path.join(docs, 'performance.md')
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (from < begin.length || to < from) throw new Error(`${file} lacks its marks ${begin} and ${end}`)
  const held = rows.filter(({ isHeld }) => isHeld).length
  const what = `${quick ? 'A quick run' : 'A full run'} of ${at.slice(0, 10)}, ${seconds} seconds, on ${machine.cores} cores`
  const block = `
${what} (${machine.cpu}), Node ${machine.node.slice(1)}, ${machine.os}: ${held} of ${rows.length} goals held.

![How far each figure is from its goal](performance.svg)

${tableOf(rows)}
`
  writeFileSync(file, `${text.slice(0, from)}\n${block}\n${text.slice(to)}`)
  writeFileSync(path.join(docs, 'performance.svg'), chartOf(rows))
}
