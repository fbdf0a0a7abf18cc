/** The value below which a share of all lie; 0 to 1. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = (sorted.length - 1) * share
  const below = Math.floor(at)
  const rest = at - below
  return sorted[below] * (1 - rest) + sorted[Math.min(below + 1, sorted.length - 1)] * rest
}

export function median(values) {
  return quantile(values, 0.5)
}

/** A ratio of pairs: its median, and the half of them that lie around it. */
export function summarize(ratios) {
  return {
    median: median(ratios),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
    pairs: ratios,
  }
}

/** Of several runs, each figure's median by itself. */
export function medianRun(runs) {
  const names = new Set(runs.flatMap((run) => Object.keys(run)))
  return Object.fromEntries(
    [...names]
      .filter((name) => typeof runs[0][name] === 'number')
      .map((name) => [name, median(runs.map((run) => run[name]))]),
  )
}
