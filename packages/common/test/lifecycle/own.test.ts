import { describe, expect, it } from '@jest/globals'
import { compose } from '../../src/platform/lifecycle/own.ts'
import { createSilentLogger } from '../../src/platform/log/log.ts'

const log = createSilentLogger()

function createPart(name: string, order: string[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      order.push(name)
      if (name === 'queue') throw new Error('broken')
    },
  }
}

describe('a service that is composed of parts', () => {
  it('ends the newest first, and the rest also if one fails', async () => {
    const order: string[] = []
    const service = await compose(log, async (own) => {
      own('database', createPart('database', order))
      own('queue', createPart('queue', order))
      const port = own('http', 80, () => void order.push('http'))
      return { port }
    })
    expect(service.port).toBe(80)
    await service.close()
    expect(order).toEqual(['http', 'queue', 'database'])
  })

  it('ends everything once, however often it is told', async () => {
    const order: string[] = []
    const service = await compose(log, async (own) => {
      own('database', createPart('database', order))
      return {}
    })
    await Promise.all([service.close(), service.close()])
    expect(order).toEqual(['database'])
  })

  it('ends what was built, and throws the error of the part that could not be', async () => {
    const order: string[] = []
    const failure = new Error('The port is taken.')
    const composing = compose(log, async (own) => {
      own('database', createPart('database', order))
      throw failure
    })
    await expect(composing).rejects.toBe(failure)
    expect(order).toEqual(['database'])
  })
})
