import type { CdnProgress } from '@iaas/common/ports/cdn-work'
import type { Purge } from '@iaas/common/ports/purges'
import type { Receipt } from '../contract/purges.ts'

/** Describes a purge as the management API does. */
export function toReceipt(purge: Purge): Receipt {
  const { id, who, selector, options, phase, counts, waitingFor, failures } = purge
  return {
    id,
    kind: options.delete === true ? 'delete' : 'purge',
    requested_by: who,
    selector: { ...selector },
    now: options.now === true,
    dry_run: options.dry_run === true,
    free_id: options.free_id === true,
    per_minute: options.per_minute ?? null,
    state: stateOf(purge),
    phase,
    counts,
    // Objects that were stored and never recorded are not in the ledger.
    old_objects: purge.collected ?? 'unknown',
    browsers: 'excluded',
    cdn: purge.cdns.map(toCdn),
    cdn_state: cdnStateOf(purge.cdns),
    waiting_for: [...waitingFor],
    failures: [...failures],
    created_at: purge.createdAt.toISOString(),
    started_at: toText(purge.startedAt),
    effective_at: toText(purge.effectiveAt),
    finished_at: toText(purge.finishedAt),
  }
}

function stateOf({ state, phase, startedAt }: Purge): Receipt['state'] {
  if (state !== 'running') return state
  if (startedAt === undefined) return 'waiting'
  return phase === 'settle' ? 'verifying' : 'running'
}

function toCdn({ rest_ms: _rest, invalidations, ...progress }: CdnProgress) {
  return { ...progress, invalidations: [...invalidations] }
}

function cdnStateOf(cdns: readonly CdnProgress[]): Receipt['cdn_state'] {
  if (cdns.length === 0) return 'none'
  const states = new Set(cdns.map(({ state }) => state))
  return (['failed', 'pending'] as const).find((state) => states.has(state)) ?? 'completed'
}

function toText(time: Date | undefined): string | null {
  return time?.toISOString() ?? null
}
