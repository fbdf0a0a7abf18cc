import type pg from 'pg'
import { z } from 'zod'
import { variantKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { LinkChanges } from '@iaas/common/ports/link-store'
import { type CompactLink, variantOfLink } from './compact-link.ts'
import { keepListening, untilAborted } from './keep-listening.ts'
import {
  type LinkColumns,
  hasHashedOptions,
  keyOfColumns,
  linkColumnNames,
  linkColumns,
} from './link-row.ts'

const channel = 'iaas_links'

/** Columns of a row of `links` as its trigger sends them. */
const compactSchema = z.object({ id: z.string(), file: z.string() })

const schemas = { text: z.string(), int: z.number(), boolean: z.boolean() } as const

/** Columns of a row as the trigger sends them. */
const payloadSchema = z.object(
  Object.fromEntries(linkColumnNames.map((name) => [name, schemas[linkColumns[name]]])),
) as unknown as z.ZodType<LinkColumns>

export type LinkChangesOptions = { readonly url: string; readonly log: Logger }

/** Listens to the triggers on `images` and `links`, on its own connection, which is reopened whenever it is lost. */
export function createPostgresLinkChanges({ url, log }: LinkChangesOptions): LinkChanges {
  return {
    async subscribe(onChange, onGap) {
      const stop = new AbortController()
      const onCompactChange = (link: CompactLink) => {
        const variant = variantOfLink(link)
        if (variant !== undefined) onChange(variantKey(variant))
      }
      const onNotification = (payload: string | undefined) => {
        const sent = parseJson(payload ?? '')
        const compact = compactSchema.safeParse(sent)
        if (compact.success) return onCompactChange(compact.data)
        const columns = payloadSchema.safeParse(sent)
        if (!columns.success) return
        // The key of a row with hashed options is not known, so every cached link may be the one.
        if (hasHashedOptions(columns.data)) return onGap()
        const key = keyOfColumns(columns.data)
        if (key !== undefined) onChange(key)
      }
      const { signal } = stop
      const aborted = untilAborted(signal)
      let connections = 0
      const follow = async (client: pg.Client) => {
        client.on('notification', ({ payload }) => onNotification(payload))
        if (connections > 0) onGap()
        connections += 1
        await aborted
      }
      const name = 'iaas-link-changes'
      const running = keepListening({ url, channel, name, follow, signal, log })
      return {
        async [Symbol.asyncDispose]() {
          stop.abort()
          await running
        },
      }
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
