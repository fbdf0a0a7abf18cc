import type { Logger } from '@iaas/common/log'
import { createSilentLogger } from '@iaas/common/log'
import { expect, it } from '@jest/globals'
import { createRefusedOrigins } from '../../src/upload/refused-origins.ts'

it('R44 refused upload origins are all counted, and a hundred of them are logged, each once', () => {
  let count = 0
  const logged: unknown[] = []
  const log: Logger = {
    ...createSilentLogger(),
    warn: (_message, fields) => void logged.push(fields?.['origin']),
  }
  const refuse = createRefusedOrigins({ refusedOrigin: () => (count += 1) }, log)
  for (let round = 0; round < 2; round += 1) {
    for (let page = 0; page < 500; page += 1) refuse(`https://page-${page}.example`)
  }
  expect(count).toBe(1000)
  expect(logged).toHaveLength(100)
  expect(new Set(logged).size).toBe(100)
})
