import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, getToken, store, upload } from '../support/http.ts'
import { shiftedClock } from '../support/shifted-clock.ts'
import type { Stack } from '../support/stack.ts'
import { startSlowUpload } from './_slow-upload.ts'

describeUnless(ownRedisMissing, 'clocks that are wrong', () => {
  let deployed: Deployed
  let right: Stack
  let photo: Buffer

  beforeAll(async () => {
    deployed = await provideDeployment()
    right = await deployed.start('api')
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  describe.each(['+1h', '-1h', '+10m'] as const)('by %s', (by) => {
    let wrong: Stack
    beforeAll(async () => {
      wrong = await deployed.start('api', { env: shiftedClock(by) })
    })
    afterAll(() => wrong?.stop())

    it('F24 of an api keep no image from being cached for a year', async () => {
      const id = await store(wrong.base, `stored ${by}`, photo)
      const { headers } = await ask(wrong.base, `/${encodeURIComponent(id)}_20_20.jpg`)
      expect(headers['cache-control']).toBe('public, max-age=31536000')
    })

    it('F24 do not make a token older or younger: the database has the time', async () => {
      const [young, old] = [`young ${by}`, `old ${by}`]
      const token = await getToken(right.base, young)
      const expired = await getToken(right.base, old)
      await query(
        deployed.databaseUrl,
        `UPDATE tokens SET valid_until = now() - interval '1 second' WHERE image_id = '${old}'`,
      )
      expect((await upload(wrong.base, old, expired, photo)).status).toBe(403)
      expect((await upload(wrong.base, young, token, photo)).status).toBe(200)
    })

    it('F24 do not sweep away what others are just writing', async () => {
      const id = `being uploaded ${by}`
      // An image may have more behind its end: enough to be on its way for minutes.
      const long = Buffer.concat([photo, Buffer.alloc(500_000)])
      const begun = await startSlowUpload(right.base, id, await getToken(right.base, id), long)
      const another = await deployed.start('api', { env: shiftedClock(by) })
      await another.stop()
      expect(await begun.finish()).toBe(200)
    })

    it('F24 of an uploader or an api keep no variant from being stored', async () => {
      const id = await store(right.base, `linked ${by}`, photo)
      const uploader = await deployed.start('uploader', { env: shiftedClock(by) })
      const paths = [21, 22].map((width) => `/${encodeURIComponent(id)}_${width}_20.jpg`)
      for (const [index, path] of paths.entries()) {
        const { base } = index === 0 ? right : wrong
        await askUntil(({ status }) => status === 307, base, path)
      }
      await uploader.stop()
      // Each went by its own clock.
      const { rows } = await query(
        deployed.databaseUrl,
        `SELECT abs(extract(epoch FROM rendered_at - now())) > 540 AS wrong
         FROM images WHERE id = $1 ORDER BY x`,
        [id],
      )
      expect(rows.map((row) => row['wrong'])).toEqual([false, true])
    })
  })
})
