import type { ErrorCode } from '@iaas/common/errors'
import type { Size } from '@iaas/common/image'
import type { ImageInfo, Intake, IntakeJob, RenderJob } from '@iaas/common/ports/renderer'

/** What a child is given to do. */
export type Task =
  | { readonly kind: 'inspect'; readonly path: string }
  | ({ readonly kind: 'render' } & RenderJob)
  | ({ readonly kind: 'take-in' } & IntakeJob)

export type TaskKind = Task['kind']

/** What each task results in. */
export type Results = {
  readonly inspect: ImageInfo
  readonly render:
    | { readonly kind: 'rendered'; readonly bytes: Uint8Array }
    | { readonly kind: 'out-of-bounds'; readonly source: Size }
  readonly 'take-in': Intake
}

export type TaskLimits = {
  readonly maxInputPixels: number
  readonly maxOnDiskPixels: number
  readonly blurSigma: number
  /** A task that is estimated to take no more memory than this begins at once, bytes. */
  readonly allowance: number
}

/** To the child: a task, or leave to go on with the one whose cost it has told. */
export type ToChild =
  | { readonly kind: 'task'; readonly task: Task; readonly limits: TaskLimits }
  | { readonly kind: 'proceed' }

/** From the child: the estimated cost of its task (then it waits), or what came of it. */
export type FromChild =
  | { readonly kind: 'cost'; readonly bytes: number }
  | { readonly kind: 'done'; readonly result: Results[TaskKind] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
