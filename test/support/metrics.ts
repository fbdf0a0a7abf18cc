import type { Stack } from './stack.ts'

type Sample = {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

export type Metrics = {
  /** The sum of the samples of a metric that have these labels, whatever others they have. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
  /** Whether there is a sample of it with these labels, be it 0. */
  has(name: string, labels?: Readonly<Record<string, string>>): boolean
  /** The metrics that there are, also those without a sample yet. */
  readonly declared: readonly string[]
  /** Whether a sample of this name belongs to a metric that there is. */
  declares(name: string): boolean
}

/** What an admin listener tells just now. */
export async function readMetrics(admin: string): Promise<Metrics> {
  return parseMetrics(await (await fetch(`${admin}/metrics`)).text())
}

/** Reads the text format of Prometheus, as prom-client writes it. */
export function parseMetrics(text: string): Metrics {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseSample)
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  return {
    declared: [...types.keys()],
    declares: (name) =>
      types.has(name) || types.get(name.replace(/_(bucket|count|sum)$/, '')) === 'histogram',
    sum: (name, labels) =>
      samples.filter(isOf(name, labels)).reduce((sum, { value }) => sum + value, 0),
    has: (name, labels) => samples.some(isOf(name, labels)),
  }
}

function isOf(name: string, labels: Readonly<Record<string, string>> = {}) {
  const wanted = Object.entries(labels)
  return (sample: Sample) =>
    sample.name === name && wanted.every(([label, value]) => sample.labels.get(label) === value)
}

function parseSample(line: string): Sample {
  const [, name = '', labels = '', value] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, label = '', text = '']) => [label, text] as const,
  )
  return { name, labels: new Map(pairs), value: Number(value) }
}

/** The value of a metric of a stack, all its labels together. */
export async function readMetric(stack: Stack, name: string): Promise<number> {
  return (await readMetrics(stack.admin)).sum(name)
}
