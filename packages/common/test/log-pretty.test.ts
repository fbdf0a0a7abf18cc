import { describe, expect, it } from '@jest/globals'
import { formatLine } from '@iaas/common/log-line'
import { createPrettyPrinter } from '@iaas/common/log-pretty'

const print = createPrettyPrinter({ colours: false })
const printFields = (fields: Readonly<Record<string, unknown>>) =>
  print(formatLine('info', 'request', fields)).split('\n')

describe('a line of the log for people', () => {
  it('has the time, the level, the service, the message and the fields', () => {
    const [line] = printFields({ service: 'api', status: 200, path: '/a_1_1.jpg?fit=crop' })
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}api request status=200 path=\/a_1_1\.jpg\?fit=crop$/,
    )
  })

  it('quotes a value that has blanks, and shows a structured one as JSON', () => {
    const [line] = printFields({ reason: 'no "database"', tags: { a: [1, 2] }, empty: '' })
    expect(line).toContain(String.raw`reason="no \"database\""`)
    expect(line).toContain('tags={"a":[1,2]} empty=""')
  })

  it('shows the stack of an error and of its causes, indented', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const [head, first, ...rest] = printFields({
      error: new TypeError('no database', { cause }),
      path: '/a',
    })
    expect(head).toMatch(/request path=\/a$/)
    expect(first).toBe('    error: TypeError: no database')
    expect(rest).toContain('    cause: Error: refused (ECONNREFUSED)')
    expect(rest.some((line) => line.includes('log-pretty.test'))).toBe(true)
    for (const line of rest) expect(line).toMatch(/^ {4}/)
  })

  it('R24 is one line, with no control character, whatever stands in it', () => {
    const hostile = 'a\r\n12:00:00.000 ERROR forged\u001b[2J\u009b1m\u2028'
    const lines = print(formatLine('info', hostile, { path: hostile, [hostile]: 1 })).split('\n')
    expect(lines).toHaveLength(1)
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(lines[0]).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]/)
  })

  it('R24 cannot be made to look like two by the message of an error', () => {
    const [, ...stack] = printFields({ error: new Error('a\n12:00:00.000 ERROR forged\u001b[2J') })
    for (const line of stack) expect(line).toMatch(/^ {4}/)
    expect(stack.join('')).not.toContain('\u001b')
  })

  it('R24 has no secret, by the name of its field or in an address', () => {
    const error = new Error('connect to postgres://iaas:marker@db:5432/iaas failed')
    const text = printFields({ error, token: 'marker', path: '/a.jpg?s=marker' }).join('\n')
    expect(text).not.toContain('marker')
  })

  it('is the same with colours, apart from the colours', () => {
    const json = formatLine('error', 'request failed', { service: 'api', error: new Error('a') })
    const coloured = createPrettyPrinter({ colours: true })(json)
    expect(coloured).toContain('\u001b[31mERROR')
    // oxlint-disable-next-line no-control-regex -- the escape begins a colour
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(print(json))
  })
})
