import { type RawBuilder, sql } from 'kysely'
import type {
  KeptAnswer,
  RepeatableCall,
  RepeatableCalls,
} from '@iaas/common/ports/repeatable-calls'
import type { Database } from './database.ts'
import { translateErrors } from './translate-errors.ts'

const keptFor = sql<string>`interval '1 day'`
const longestCall = sql<string>`interval '2 minutes'`

type Row = { readonly fingerprint: string; readonly answer: KeptAnswer | null }

/** Keeps the calls in the table `repeatable_calls`. The caller owns the database, whose clock is the only one used. */
export function createPostgresRepeatableCalls(db: Database): RepeatableCalls {
  const run = <R>(query: RawBuilder<R>) => translateErrors(query.execute(db))

  return {
    async begin({ caller, key, fingerprint, attempt }) {
      const begun =
        await run(sql`INSERT INTO repeatable_calls AS known (caller, key, fingerprint, attempt, begun_at)
        VALUES (${caller}, ${key}, ${fingerprint}, ${attempt}, now())
        ON CONFLICT (caller, key) DO UPDATE SET fingerprint = excluded.fingerprint,
          attempt = excluded.attempt, begun_at = now(), answer = NULL
        WHERE known.begun_at < now() - ${keptFor} OR (known.answer IS NULL
          AND known.fingerprint = excluded.fingerprint AND known.begun_at < now() - ${longestCall})
        RETURNING 1`)
      if (begun.rows.length > 0) return 'begun'
      const { rows } = await run(
        sql<Row>`SELECT fingerprint, answer FROM repeatable_calls WHERE caller = ${caller} AND key = ${key}`,
      )
      const [known] = rows
      if (known !== undefined && known.fingerprint !== fingerprint) return 'other'
      // Without a row, the earlier attempt has just ended without an answer.
      return known?.answer ? { answer: known.answer } : 'running'
    },
    async keep(call, answer) {
      await run(
        sql`UPDATE repeatable_calls SET answer = ${JSON.stringify(answer)}::jsonb WHERE ${ofAttempt(call)}`,
      )
    },
    async forget(call) {
      await run(sql`DELETE FROM repeatable_calls WHERE ${ofAttempt(call)}`)
    },
    async sweep() {
      await run(sql`DELETE FROM repeatable_calls WHERE begun_at < now() - ${keptFor}`)
    },
  }
}

function ofAttempt({ caller, key, attempt }: RepeatableCall) {
  return sql<boolean>`caller = ${caller} AND key = ${key} AND attempt = ${attempt}`
}
