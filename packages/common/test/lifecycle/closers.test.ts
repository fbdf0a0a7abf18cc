import { describe, expect, it } from '@jest/globals'
import { createClosers } from '../../src/lifecycle/closers.ts'
import { createSilentLogger } from '../../src/log.ts'

describe('createClosers', () => {
  it('ends the newest first, and the rest also where one fails', async () => {
    const closers = createClosers(createSilentLogger())
    const order: string[] = []
    for (const name of ['database', 'queue', 'http']) {
      closers.add(name, () => {
        order.push(name)
        if (name === 'queue') throw new Error('broken')
      })
    }
    await closers.close()
    expect(order).toEqual(['http', 'queue', 'database'])
  })

  it('ends everything once, however often it is told', async () => {
    const closers = createClosers(createSilentLogger())
    let closed = 0
    closers.add('part', () => {
      closed += 1
    })
    await Promise.all([closers.close(), closers.close()])
    expect(closed).toBe(1)
  })
})
