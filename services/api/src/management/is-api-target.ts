/** Path of the management API. No id begins with "_", so no image is below it. */
export const apiPath = '/_api'

/** Path of its version. */
export const apiVersionPath = `${apiPath}/v1`

/** Tells by its raw text whether a request target belongs to the management API. Other spellings of the path do not. */
export function isApiTarget(target: string): boolean {
  if (!target.startsWith(apiPath)) return false
  const next = target[apiPath.length]
  return next === undefined || next === '/' || next === '?'
}
