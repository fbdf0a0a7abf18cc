import type { AppError } from '../errors.ts'
import { invalidOption } from './options.ts'

/** @param frames number of frames or pages that the original has */
export function frameMissing(frame: number, frames: number): AppError {
  return invalidOption(
    `"frame" must be less than ${frames}, the number of frames or pages of the original; received "${frame}".`,
  )
}
