const [barsAt, barsWidth, rowHeight, top] = [390, 360, 24, 46]
const width = barsAt + barsWidth + 130
/** Bars end here, in doublings of the goal to either side. */
const reach = 3

/** Each row as a bar on a logarithmic scale, to the right of the goal where it is held. Readable on light and dark pages. */
export function chartOf(rows) {
  const height = top + rows.length * rowHeight + 14
  const label = `${rows.filter(({ isHeld }) => isHeld).length} of ${rows.length} goals are held`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
  <style>
    text { font: 12px system-ui, sans-serif; fill: #24292f }
    .quiet { fill: #57606a }
    .line { stroke: #8c959f }
    .held { fill: #1a7f5a }
    .missed { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .quiet { fill: #9198a1 }
      .held { fill: #3fb68b }
      .missed { fill: #f0883e }
    }
  </style>
${[...scale(height), ...rows.flatMap(barOf)].map((line) => `  ${line}`).join('\n')}
</svg>
`
}

const xOf = (doublings) =>
  barsAt + ((Math.max(-reach, Math.min(reach, doublings)) + reach) / (2 * reach)) * barsWidth

function scale(height) {
  const marks = { [-3]: '⅛', [-2]: '¼', [-1]: '½', 0: 'goal', 1: '2×', 2: '4×', 3: '8×' }
  return Object.entries(marks).flatMap(([doublings, mark]) => {
    const x = xOf(Number(doublings))
    const dashes = mark === 'goal' ? '' : ' stroke-dasharray="1 5"'
    return [
      `<text class="quiet" x="${x}" y="${top - 22}" text-anchor="middle">${mark}</text>`,
      `<line class="line" x1="${x}" x2="${x}" y1="${top - 14}" y2="${height - 10}"${dashes}/>`,
    ]
  })
}

function barOf({ id, what, figure, goal, unit = '', isAtMost, isHeld }, index) {
  const y = top + index * rowHeight
  const end = xOf(Math.log2(isAtMost ? goal / Math.max(figure, 1e-9) : figure / goal))
  const [from, to] = [xOf(0), end].sort((one, other) => one - other)
  const middle = y + 4
  return [
    `<text x="8" y="${middle}">${id}</text>`,
    `<text class="quiet" x="38" y="${middle}">${escaped(shortened(what))}</text>`,
    `<rect class="${isHeld ? 'held' : 'missed'}" x="${from.toFixed(1)}" y="${y - 8}" width="${Math.max(2, to - from).toFixed(1)}" height="16" rx="2"/>`,
    `<text x="${barsAt + barsWidth + 10}" y="${middle}">${isHeld ? '✓' : '✗'} ${figure} ${unit} <tspan class="quiet">(${isAtMost ? '≤' : '≥'} ${goal})</tspan></text>`,
  ]
}

const shortened = (text) => (text.length > 54 ? `${text.slice(0, 53)}…` : text)

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
