import { describe, expect, it } from '@jest/globals'
import { createRequestIds } from '../../src/http/request-id.ts'

describe('ids of requests', () => {
  it('are UUIDs, no two of them alike, whichever process has made them', () => {
    const makers = [createRequestIds(), createRequestIds()]
    const ids = makers.flatMap((make) => Array.from({ length: 10_000 }, () => make()))
    expect(new Set(ids).size).toBe(20_000)
    for (const id of ids) {
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    }
  })
})
