import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { renderingSettings } from '../src/config.ts'
import { longestIngestMs } from '../src/longest-ingest.ts'

const parse = (renderer: object) => z.object(renderingSettings).parse({ renderer })

describe('the longest check of an upload', () => {
  it('is a wait for its turn and two attempts, each with two waits for memory', () => {
    expect(longestIngestMs(parse({}))).toBe(10_000 + 2 * (2 * 10_000 + 30_000))
  })

  it('is that after three attempts by a renderer service, where there is one', () => {
    const local = longestIngestMs(parse({}))
    const url = 'http://renderer:1337'
    expect(longestIngestMs(parse({ url }))).toBe(3 * (10_000 + 30_000 + 2000) + local)
  })

  it('is only that of the renderer service where nothing else may decode', () => {
    const url = 'http://renderer:1337'
    expect(longestIngestMs(parse({ url, fallback: false }))).toBe(
      3 * (10_000 + 30_000 + 2000) + 10_000,
    )
    expect(longestIngestMs(parse({ fallback: false }))).toBe(longestIngestMs(parse({})))
  })

  it('grows with what the settings let it take', () => {
    const patient = parse({ intake_timeout: 180_000, queue_timeout: 1000 })
    expect(longestIngestMs(patient)).toBe(1000 + 2 * (2000 + 180_000))
  })
})
