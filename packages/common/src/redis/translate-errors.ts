import { AppError } from '../errors.ts'

/** Redis keeps nothing that this service cannot do without: whatever goes wrong with it is STORE_UNAVAILABLE. */
export async function translateErrors<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', 'Redis does not answer.', { cause })
  }
}
