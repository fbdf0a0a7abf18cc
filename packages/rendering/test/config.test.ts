import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { longestIntakeMs, renderingSettings } from '../src/config.ts'

const parse = (renderer: object) => z.object(renderingSettings).parse({ renderer })

describe('the longest check of an upload', () => {
  it('is two attempts, each with its waits for a turn and for memory', () => {
    expect(longestIntakeMs(parse({}))).toBe(2 * (5000 + 5000 + 30_000))
  })

  it('grows with what the settings let it take', () => {
    const patient = parse({ intake_timeout: 180_000, queue_timeout: 1000 })
    expect(longestIntakeMs(patient)).toBe(2 * (2000 + 180_000))
  })
})
