import { AppError } from '@iaas/common/errors'
import type { Purge, PurgeId, PurgeOrder, Purges } from '@iaas/common/ports/purges'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { toReceipt } from './receipt.ts'

type PurgeHandlers = Pick<
  Handlers<ManagementRoutes>,
  'getPurge' | 'pausePurge' | 'resumePurge' | 'cancelPurge'
>

/** The routes of a purge that exists. */
export function createPurgeHandlers(
  purges: Pick<Purges, 'find' | 'change' | 'order'>,
  queue: (order: PurgeOrder) => Promise<void>,
): PurgeHandlers {
  async function find(id: PurgeId): Promise<Purge> {
    const purge = await purges.find(id)
    if (purge === undefined) throw new AppError('PURGE_NOT_FOUND', 'There is no such purge.')
    return purge
  }

  async function change(id: PurgeId, to: 'running' | 'paused' | 'cancelled'): Promise<Purge> {
    const { options } = await find(id)
    if (options.delete === true && to !== 'running') {
      throw new AppError('INVALID_REQUEST', 'A deletion cannot be paused or cancelled.')
    }
    const purge = await purges.change(id, to)
    if (purge === undefined) throw new AppError('PURGE_ENDED', 'The purge has ended.')
    return purge
  }

  return {
    getPurge: async ({ parameters: { purge } }) => ({ body: toReceipt(await find(purge)) }),
    pausePurge: async ({ parameters: { purge } }) => ({
      body: toReceipt(await change(purge, 'paused')),
    }),
    async resumePurge({ parameters: { purge } }) {
      const body = toReceipt(await change(purge, 'running'))
      await queue(await purges.order(purge))
      return { body }
    },
    cancelPurge: async ({ parameters: { purge } }) => ({
      body: toReceipt(await change(purge, 'cancelled')),
    }),
  }
}
