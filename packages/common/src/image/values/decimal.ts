export type Range = { readonly min: number; readonly max: number }

const decimalPattern = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,3})?$/

/** Parses a plain decimal with at most three places, such as `4` or `0.25`. Returns undefined if it is out of range. */
export function parseDecimal(text: string, { min, max }: Range): number | undefined {
  if (!decimalPattern.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/** Parses a list of exactly `count` decimals, separated by commas. */
export function parseDecimals(text: string, count: number, range: Range): number[] | undefined {
  const values = text.split(',', count + 1).map((part) => parseDecimal(part, range))
  const isComplete = values.length === count && values.every((value) => value !== undefined)
  return isComplete ? values : undefined
}

/** Parses a whole number. */
export function parseWhole(text: string, range: Range): number | undefined {
  return text.includes('.') ? undefined : parseDecimal(text, range)
}

/** Rounds to three places. */
export function roundDecimal(value: number): number {
  return Math.round(value * 1000) / 1000
}
