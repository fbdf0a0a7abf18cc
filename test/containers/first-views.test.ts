import { once } from 'node:events'
import { connect } from 'node:http2'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openCompose } from '../support/compose.ts'
import { startHttp2Front } from '../support/http2-front.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const ids = Array.from({ length: 100 }, (_, index) => `view-${index}`)

/** Gives the original `view-0` 99 more ids. */
const linkOriginals = `
  const { linkSync } = require('node:fs')
  for (let index = 1; index < ${ids.length}; index += 1)
    linkSync('/data/originals/view-0', '/data/originals/view-' + index)
`

describe('a page of new thumbnails', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget()
    await target.plant('view-0', await makePhoto({ width: 4000, height: 3000, format: 'jpeg' }))
    const compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    await compose.script('api', linkOriginals)
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('R31 of 100 photos of 12 megapixels is answered whole to one client of HTTP/2, without a 503', async () => {
    await using front = await startHttp2Front(target.base)
    const session = connect(front.base)
    session.setMaxListeners(0)
    const statuses = await Promise.all(
      ids.map(async (id) => {
        const stream = session.request({ ':path': `/${id}_300_200.jpg?fit=crop` })
        const [{ ':status': status }] = (await once(stream, 'response')) as [
          { readonly ':status': number },
        ]
        stream.resume()
        await once(stream, 'end')
        return status
      }),
    )
    session.close()
    expect(statuses.filter((status) => status !== 200 && status !== 307)).toEqual([])
  })
})
