import type { Metric, Registry } from 'prom-client'

/** Labels and their values. */
type Labels = Readonly<Record<string, string | number>>

export type TallyOptions = {
  readonly name: string
  readonly help: string
  readonly registry: Registry
}

/** Counts what happens, apart by labels. What `of` answers may be kept. */
export type CounterTally = { of(labels: Labels): { add(): void } }

/** Counts values by how large they are, apart by labels. What `of` answers may be kept. */
export type HistogramTally = { of(labels: Labels): { observe(value: number): void } }

type Sample = { readonly labels: Labels; readonly value: number; readonly metricName?: string }

/**
 * A counter for what happens with every request. That of prom-client looks its labels up by a text that it makes of them
 * each time, which takes longer than the lookup of a link.
 */
export function createCounterTally(options: TallyOptions): CounterTally {
  const cells = createCells(() => {
    const cell = { count: 0, add: () => void (cell.count += 1) }
    return cell
  })
  register(options, 'counter', () =>
    cells.all().map(({ labels, cell }) => ({ labels, value: cell.count })),
  )
  return { of: (labels) => cells.of(labels) }
}

/**
 * A histogram of the same kind.
 *
 * @param bounds the upper bounds of the buckets, ascending
 */
export function createHistogramTally(
  options: TallyOptions & { readonly bounds: readonly number[] },
): HistogramTally {
  const { name, bounds } = options
  const cells = createCells(() => createHistogramCell(bounds))
  register(options, 'histogram', () =>
    cells.all().flatMap(({ labels, cell }) => toSamples(name, bounds, labels, cell)),
  )
  return { of: (labels) => cells.of(labels) }
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

/** Each bucket counts all that is within its bound, those of the smaller ones as well. */
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
  of(labels: Labels): Cell
  all(): readonly Counted<Cell>[]
}

type Counted<Cell> = { readonly labels: Labels; readonly cell: Cell }

/** What begins with the same label values. */
type Branch<Cell> = { counted?: Counted<Cell>; readonly next: Map<string | number, Branch<Cell>> }

/**
 * One cell for each combination of label values; callers give the names in the same order each time. The way to a cell
 * goes from value to value: a text of them all would have to be made each time.
 */
function createCells<Cell>(create: () => Cell): Cells<Cell> {
  const all: Counted<Cell>[] = []
  const root: Branch<Cell> = { next: new Map() }

  function add(branch: Branch<Cell>, labels: Labels): Counted<Cell> {
    const counted = { labels, cell: create() }
    branch.counted = counted
    all.push(counted)
    return counted
  }

  return {
    of(labels) {
      let branch = root
      for (const label in labels) branch = follow(branch, labels[label] ?? '')
      const { cell } = branch.counted ?? add(branch, labels)
      return cell
    },
    all: () => all,
  }
}

function follow<Cell>({ next }: Branch<Cell>, value: string | number): Branch<Cell> {
  const known = next.get(value)
  if (known !== undefined) return known
  const branch: Branch<Cell> = { next: new Map() }
  next.set(value, branch)
  return branch
}

/** A registry asks a metric for its name and its samples, and for nothing else. */
function register(
  { name, help, registry }: TallyOptions,
  type: 'counter' | 'histogram',
  collect: () => readonly Sample[],
): void {
  const get = () => Promise.resolve({ name, help, type, values: collect(), aggregator: 'sum' })
  registry.registerMetric({ name, help, type, get, reset() {} } as unknown as Metric)
}
