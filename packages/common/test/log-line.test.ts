import { formatLine, maskSecrets } from '@iaas/common/log-line'
import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'

const read = (line: string) => JSON.parse(line) as Record<string, unknown>

describe('a line of the log', () => {
  it('R24 is one line of JSON of at most 4 KB, whatever stands in it', () => {
    const anything = fc.dictionary(fc.string(), fc.string({ unit: 'binary', maxLength: 3000 }))
    fc.assert(
      fc.property(anything, fc.string({ unit: 'binary', maxLength: 9000 }), (fields, message) => {
        const line = formatLine('info', message, { fields })
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4096)
        expect(line).not.toMatch(/[\r\n\0]/)
        expect(read(line)).toMatchObject({ level: 'info', '@version': 1 })
      }),
    )
  })

  it('R24 cannot be made to look like two', () => {
    const path = '/a\r\n{"level":"error","message":"forged"}\u2028\u0000'
    expect(read(formatLine('info', 'request', { path }))).toMatchObject({ level: 'info', path })
  })

  it('R24 keeps a long chain of causes short, and its beginning', () => {
    const deep = Array.from({ length: 30 }).reduce<Error>(
      (cause, _, index) => new Error(`error ${index} ${'x'.repeat(500)}`, { cause }),
      new Error('the first'),
    )
    const line = formatLine('error', 'request failed', { error: deep })
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4096)
    expect(read(line)).toMatchObject({ message: 'request failed' })
  })

  it('R42 never has the signature of an address, in whatever field it stands', () => {
    const signed = '/photo_1_1.jpg?fit=crop&expires=1900000000&s=c2lnbmF0dXJlLW9mLWFuLWFkZHJlc3M'
    const error = new Error(`GET http://cdn.example${signed} failed`)
    const line = formatLine('error', 'request failed', { error, path: signed, list: [signed] })
    expect(line).not.toContain('c2lnbmF0dXJl')
    expect(read(line)).toMatchObject({
      path: '/photo_1_1.jpg?fit=crop&expires=1900000000&s=***',
    })
    expect(maskSecrets('/a.jpg?class=x&s=abc-_&sizes=2')).toBe('/a.jpg?class=x&s=***&sizes=2')
  })

  it('R24 never has a secret, by the name of its field or in an address', () => {
    const error = new Error('connect to postgres://iaas:marker@db:5432/iaas failed')
    const headers = { Authorization: 'Bearer marker', cookie: 'marker', 'X-Token': 'marker' }
    const settings = { secret: 'marker', secretAccessKey: 'marker', admin_password: 'marker' }
    const line = formatLine('error', 'request failed', { error, headers, settings })
    expect(line).not.toContain('marker')
    expect(line).toContain('postgres://iaas:***@db:5432/iaas')
  })
})
