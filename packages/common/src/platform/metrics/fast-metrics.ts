import type { Metric, Registry } from 'prom-client'

/** Labels and their values. */
type Labels = Readonly<Record<string, LabelValue>>

type LabelValue = string | number

export type FastMetricOptions = {
  readonly name: string
  readonly help: string
  /** Names of the labels. */
  readonly labels?: readonly string[]
  readonly registry: Registry
}

/** Counts events by label values, given in the order of the labels. Callers may keep the result of `of`. */
export type FastCounter = { of(...values: LabelValue[]): { add(): void } }

/** Counts values in buckets by label values. */
export type FastHistogram = { of(...values: LabelValue[]): { observe(value: number): void } }

type Sample = { readonly labels: Labels; readonly value: number; readonly metricName?: string }

/**
 * A counter for events of every request. The counter of prom-client builds a string of the labels on each lookup, which
 * takes longer than a link lookup.
 */
export function createFastCounter(options: FastMetricOptions): FastCounter {
  const cells = createCells(options, () => {
    const cell = { count: 0, add: () => void (cell.count += 1) }
    return cell
  })
  register(options, 'counter', () =>
    cells.all().map(({ labels, cell }) => ({ labels, value: cell.count })),
  )
  return { of: cells.of }
}

/**
 * Creates a histogram for events of every request.
 *
 * @param bounds upper bounds of the buckets, ascending
 */
export function createFastHistogram(
  options: FastMetricOptions & { readonly bounds: readonly number[] },
): FastHistogram {
  const { name, bounds } = options
  const cells = createCells(options, () => createHistogramCell(bounds))
  register(options, 'histogram', () =>
    cells.all().flatMap(({ labels, cell }) => toSamples(name, bounds, labels, cell)),
  )
  return { of: cells.of }
}

type HistogramCell = {
  readonly counts: readonly number[]
  readonly count: number
  readonly sum: number
  observe(value: number): void
}

function createHistogramCell(bounds: readonly number[]): HistogramCell {
  const counts = bounds.map(() => 0)
  const cell = {
    counts,
    count: 0,
    sum: 0,
    observe(value: number) {
      const bucket = bounds.findIndex((bound) => value <= bound)
      if (bucket !== -1) counts[bucket] = (counts[bucket] ?? 0) + 1
      cell.count += 1
      cell.sum += value
    },
  }
  return cell
}

/** Buckets are cumulative: each counts all values within its bound. */
function toSamples(
  name: string,
  bounds: readonly number[],
  labels: Labels,
  { counts, count, sum }: HistogramCell,
): readonly Sample[] {
  let within = 0
  const metricName = `${name}_bucket`
  const buckets = bounds.map((le, index) => {
    within += counts[index] ?? 0
    return { metricName, labels: { le, ...labels }, value: within }
  })
  return [
    ...buckets,
    { metricName, labels: { le: '+Inf', ...labels }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

type Cells<Cell> = {
  readonly of: (...values: LabelValue[]) => Cell
  all(): readonly Counted<Cell>[]
}

type Counted<Cell> = { readonly labels: Labels; readonly cell: Cell }

/** Node of a tree with one level per label. */
type Branch<Cell> = { cell?: Cell; readonly next: Map<LabelValue, Branch<Cell>> }

/**
 * Keeps one cell for each combination of label values. Checks the last used cell first. Finds others through a tree of
 * values, which allocates no key string or object.
 */
function createCells<Cell>({ labels = [] }: FastMetricOptions, create: () => Cell): Cells<Cell> {
  const all: Counted<Cell>[] = []
  const root: Branch<Cell> = { next: new Map() }
  let last: { readonly values: readonly LabelValue[]; readonly cell: Cell } | undefined

  function find(values: readonly LabelValue[]): Cell {
    let branch = root
    for (const value of values) branch = follow(branch, value)
    return (branch.cell ??= add(values))
  }

  function add(values: readonly LabelValue[]): Cell {
    const cell = create()
    all.push({
      labels: Object.fromEntries(labels.map((name, index) => [name, values[index] ?? ''])),
      cell,
    })
    return cell
  }

  return {
    of(...values) {
      if (last === undefined || !isSame(last.values, values)) last = { values, cell: find(values) }
      return last.cell
    },
    all: () => all,
  }
}

function isSame(one: readonly LabelValue[], other: readonly LabelValue[]): boolean {
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false
  }
  return true
}

function follow<Cell>({ next }: Branch<Cell>, value: LabelValue): Branch<Cell> {
  const known = next.get(value)
  if (known !== undefined) return known
  const branch: Branch<Cell> = { next: new Map() }
  next.set(value, branch)
  return branch
}

/** A registry only asks a metric for its name and its samples. */
function register(
  { name, help, registry }: FastMetricOptions,
  type: 'counter' | 'histogram',
  collect: () => readonly Sample[],
): void {
  const get = () => Promise.resolve({ name, help, type, values: collect(), aggregator: 'sum' })
  registry.registerMetric({ name, help, type, get, reset() {} } as unknown as Metric)
}
