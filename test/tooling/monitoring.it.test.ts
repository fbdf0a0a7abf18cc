import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { type Metrics, readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { metricsOf } from './_promql.ts'

type Panel = {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {
    readonly h: number
    readonly w: number
    readonly x: number
    readonly y: number
  }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string }[]
}
type Rule = { readonly alert: string; readonly expr: string }

/** See deploy/edge/count-answers.sh. */
const edgeMetric = 'iaas_edge_responses_total'

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'monitoring')
const read = (...path: readonly string[]) => readFile(join(folder, ...path), 'utf8')

const dashboard = JSON.parse(await read('grafana', 'dashboards', 'iaas.json')) as {
  readonly panels: readonly Panel[]
}
const alerts = parse(await read('alerts.yml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = alerts.groups.flatMap((group) => group.rules)
const graphs = dashboard.panels.filter(({ type }) => type !== 'row')

describe('the monitoring', () => {
  let stack: Stack
  let metrics: Metrics

  beforeAll(async () => {
    stack = await startStack()
    metrics = await readMetrics(stack.admin)
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  /** `up` is of Prometheus itself, and the edge has counts of its own. */
  const isOfOthers = (name: string) => name === 'up' || name === edgeMetric
  const unknownIn = (expression: string) =>
    metricsOf(expression.replaceAll('$__rate_interval', '1m')).filter(
      (name) => !isOfOthers(name) && !metrics.declares(name),
    )

  it.each(rules.map(({ alert, expr }) => [alert, expr]))(
    'alerts by %s on metrics that there are',
    (_alert, expr) => {
      expect(metricsOf(expr)).not.toEqual([])
      expect(unknownIn(expr)).toEqual([])
    },
  )

  it.each(graphs.map((panel) => [panel.title, panel] as const))(
    'draws "%s" of metrics that there are',
    (_title, { targets = [] }) => {
      expect(targets).not.toEqual([])
      expect(targets.flatMap(({ expr }) => unknownIn(expr))).toEqual([])
    },
  )

  it('shows every metric of the product on the dashboard', () => {
    const expressions = graphs.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    const shown = new Set(
      expressions.flatMap((expr) => metricsOf(expr.replaceAll('$__rate_interval', '1m'))),
    )
    const isShown = (name: string) => [...shown].some((each) => each.startsWith(name))
    const own = metrics.declared.filter((name) => !/^iaas_(process|nodejs)_/.test(name))
    expect(own.filter((name) => !isShown(name))).toEqual(['iaas_job_duration_seconds'])
  })

  it('documents every metric and every alert', async () => {
    const text = await readFile(join(folder, '..', '..', 'docs', 'operations.md'), 'utf8')
    const own = metrics.declared.filter((name) => !/^iaas_(process|nodejs)_/.test(name))
    const documented = [...own, edgeMetric]
    expect(documented.filter((name) => !text.includes(`\`${name}`))).toEqual([])
    expect(rules.filter(({ alert }) => !text.includes(`| ${alert} `))).toEqual([])
  })

  it('asks the data source that is provisioned, and overlaps nowhere', async () => {
    const sources = parse(
      await read('grafana', 'provisioning', 'datasources', 'prometheus.yml'),
    ) as { readonly datasources: readonly { readonly uid: string }[] }
    expect(new Set(graphs.map(({ datasource }) => datasource?.uid))).toEqual(
      new Set(sources.datasources.map(({ uid }) => uid)),
    )
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from(
        { length: w * h },
        (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`,
      ),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })
})
