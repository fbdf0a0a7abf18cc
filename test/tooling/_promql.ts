import { parser } from '@prometheus-io/lezer-promql'

/** The names of the metrics that a PromQL expression reads. @throws where it is none */
export function metricsOf(expression: string): readonly string[] {
  const names: string[] = []
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${expression}`)
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') {
        names.push(expression.slice(node.from, node.to))
      }
    },
  })
  return names
}
