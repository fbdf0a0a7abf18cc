import { readFile } from 'node:fs/promises'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { type Answer, ask, json, postToken, upload } from '../support/http.ts'
import { childrenOf } from '../support/processes.ts'
import type { Stack } from '../support/stack.ts'

const markers = {
  TOKEN_SECRET: 'marker-of-the-token-secret',
  ADMIN_PASSWORD: 'marker-of-the-admin-password',
  AWS_SECRET_ACCESS_KEY: 'marker-of-the-s3-secret',
  AWS_SESSION_TOKEN: 'marker-of-the-session-token',
}

describeUnless(ownRedisMissing, 'secrets', () => {
  let deployed: Deployed
  let api: Stack
  let renderer: Stack
  let uploader: Stack
  const tokens: string[] = []
  const answers: Answer[] = []

  beforeAll(async () => {
    deployed = await provideDeployment()
    const env = { ...markers, ADMIN_USER: 'admin', LOG_LEVEL: 'debug' }
    renderer = await deployed.start('renderer', { env })
    api = await deployed.start('api', { env })
    uploader = await deployed.start('uploader', { env })
    const isUp = () =>
      fetch(`${uploader.admin}/metrics`).then(
        ({ ok }) => ok,
        () => false,
      )
    await until(isUp)
    await live()
    await deployed.proxies.database.set({ kind: 'refuse' })
    await deployed.proxies.s3.set({ kind: 'reset' })
    await live()
    const unstored = await postToken(api.base, { id: 'other', secret: markers.TOKEN_SECRET })
    answers.push(unstored)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  /** What a day brings: uploads, renders, refusals, failures. */
  async function live(): Promise<void> {
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const issued = await postToken(api.base, { id: 'photo', secret: markers.TOKEN_SECRET })
    answers.push(issued)
    const token = json(issued)['token']
    if (typeof token === 'string') {
      tokens.push(token)
      answers.push(await upload(api.base, 'photo', token, photo))
    }
    answers.push(await postToken(api.base, { id: 'photo', secret: `${markers.TOKEN_SECRET}x` }))
    answers.push(await postToken(api.base, { id: '..', secret: markers.TOKEN_SECRET }))
    for (const path of [
      '/photo_30_30.jpg',
      '/photo_31_31.jpg?proxy=true',
      '/nobody.jpg',
      '/%zz',
      '/readyz',
    ]) {
      answers.push(await ask(api.base, path))
    }
    const headers = { Authorization: `Basic ${btoa(`admin:${markers.ADMIN_PASSWORD}`)}` }
    answers.push(await ask(api.admin, '/queues/api/queues', { headers }))
  }

  const secrets = () => [...Object.values(markers), ...tokens]
  const expectNone = (text: string) => {
    for (const secret of secrets()) expect(text.includes(secret)).toBe(false)
  }

  it('are there to be found: a token was issued, and things have failed', () => {
    expect(tokens).toHaveLength(1)
    expect(answers.map(({ status }) => status)).toEqual(
      expect.arrayContaining([200, 401, 404, 503]),
    )
  })

  it('R24 stand in no log line, at the lowest level', () => {
    for (const { output } of [api, renderer, uploader]) {
      expect(output().length).toBeGreaterThan(0)
      expectNone(output())
    }
  })

  it('R24 stand in no answer but that of /token, and in no metric', async () => {
    for (const { body, headers } of answers.slice(1)) {
      expectNone(body.toString('latin1'))
      expectNone(JSON.stringify(headers))
    }
    for (const { admin } of [api, renderer, uploader]) {
      expectNone(await (await fetch(`${admin}/metrics`)).text())
    }
  })

  it('R24 stand nowhere in Redis: no job carries one', async () => {
    const redis = createRedis({
      url: deployed.redis.url,
      role: 'worker',
      log: createSilentLogger(),
    })
    const keys = await redis.keys('*')
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expectNone((await redis.dumpBuffer(key))?.toString('latin1') ?? '')
    expectNone(keys.join('\n'))
    redis.disconnect()
  })

  it('T23 are in no environment of a process that decodes', async () => {
    const children = [api, renderer].flatMap(({ process }) => childrenOf(process.pid))
    expect(children.length).toBeGreaterThan(0)
    for (const pid of children) expectNone(await readFile(`/proc/${pid}/environ`, 'latin1'))
  })
})
