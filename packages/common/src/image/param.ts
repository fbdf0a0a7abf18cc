import type { FormatFacts } from './formats.ts'
import { parseDecimal } from './values/decimal.ts'

/** One option of a sized request. */
export type Param<Value, Affects extends 'bytes' | 'answer'> = {
  /** Name in the query. */
  readonly name: string
  readonly default: Value
  /** Completes "must be ..." in an error detail. */
  readonly expected: string
  /** Returns undefined if `text` is not a value of this option. */
  readonly parse: (text: string) => Value | undefined
  /** Inverse of `parse`. Equal values have the same text. */
  readonly format: (value: Value) => string
  /**
   * `bytes`: the option is a field of every variant and part of its key, its row and its jobs. `answer`: the option
   * only changes how a request is answered.
   */
  readonly affects: Affects
  /** Formats that have the option; all, if absent. In other formats the variant has the default. */
  readonly appliesTo?: (format: FormatFacts) => boolean
  /** Multiplies lengths by the scale of the address. Absent for options without lengths. */
  readonly scale?: (value: Value, scale: number) => Value
  /** Sentence for the documentation of addresses. */
  readonly description: string
}

type Row<Value> = Omit<Param<Value, 'bytes'>, 'affects' | 'format'> &
  Partial<Pick<Param<Value, 'bytes'>, 'format'>>

export const param = {
  bytes: <Value>(row: Row<Value>): Param<Value, 'bytes'> => ({
    format: String,
    ...row,
    affects: 'bytes',
  }),
  answer: <Value>(row: Row<Value>): Param<Value, 'answer'> => ({
    format: String,
    ...row,
    affects: 'answer',
  }),
}

export const boolean = { expected: 'true or false', parse: parseBoolean } as const
export const flag = { ...boolean, default: false } as const

/** A number whose default changes nothing. */
export function share(name: string, description: string): Row<number> {
  return {
    name,
    default: 1,
    expected: 'a number from 0 to 4 with at most three decimal places',
    parse: (text) => parseDecimal(text, { min: 0, max: 4 }),
    description,
  }
}

export function parseBoolean(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}
