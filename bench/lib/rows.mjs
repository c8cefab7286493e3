import { median } from './interleave.mjs'

/**
 * One line of the table. `figure` is what the goal is about; `ours` and `beside` are what it was made of.
 * `isAtMost` says which side of the goal is good.
 */
export const row = ({ figure, goal, isAtMost = false, digits = 2, ...rest }) => ({
  ...rest,
  figure: rounded(figure, digits),
  goal,
  isAtMost,
  isHeld: isAtMost ? figure <= goal : figure >= goal,
})

/** How many times the yardstick ours is. Round by round: what slows one of a pair slows the other. */
export function ratioRow({ ours, beside, unit, details, ...rest }) {
  const ratios = ours.map((figure, round) => figure / beside[round])
  return row({
    ...rest,
    figure: median(ratios),
    ours: `${shown(median(ours))} ${unit}`,
    beside: `${shown(median(beside))} ${unit}`,
    details: { ours, beside, ratios, ...details },
  })
}

export const shown = (value) => String(rounded(value, value < 10 ? 2 : 0))

function rounded(value, digits) {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
