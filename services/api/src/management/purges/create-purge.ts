import { AppError } from '@iaas/common/errors'
import type { PurgeSelector } from '@iaas/common/ports/purges'
import type { Handlers } from '../call.ts'
import type { PurgeRequest } from '../contract/purges.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import type { ExpandPreset } from './expand-preset.ts'
import type { StartPurge } from './start-purge.ts'

export type CreatePurgeOptions = {
  readonly startPurge: StartPurge
  readonly expandPreset: ExpandPreset
  /** Time for which objects are kept once they are unlinked, s. */
  readonly keepSeconds: number
}

/** `POST /purges`. */
export function createCreatePurge(
  options: CreatePurgeOptions,
): Handlers<ManagementRoutes>['createPurge'] {
  const { startPurge, expandPreset, keepSeconds } = options
  return async ({ body, query: { wait }, caller, signal }) => {
    const { now, dry_run, per_minute } = body
    const purge = {
      who: caller,
      selector: selectorOf(body),
      options: { now, dry_run, per_minute, keep_seconds: keepSeconds },
      ...(body.preset !== undefined && { expansions: expandPreset(body.preset) }),
    }
    return startPurge(purge, wait, signal)
  }
}

/** The schema permits exactly one. */
function selectorOf(body: PurgeRequest): PurgeSelector {
  const { ids, preset, format, rendered_before, prefix } = body
  if (ids !== undefined) return { ids: [...new Set(ids)] }
  if (preset !== undefined) return { preset }
  if (format !== undefined) return { format }
  if (rendered_before !== undefined) return { rendered_before }
  if (prefix !== undefined) return { prefix }
  if (body.everything === true) return { everything: true }
  throw new AppError('INVALID_REQUEST', 'The body must say what to purge.')
}
