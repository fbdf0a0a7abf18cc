import type { Stack } from './stack.ts'

/** The value of a metric without labels of its own, as the admin listener tells it. */
export async function readMetric(stack: Stack, name: string): Promise<number> {
  const text = await (await fetch(`${stack.admin}/metrics`)).text()
  const line = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)
  return Number(line?.[1] ?? Number.NaN)
}
