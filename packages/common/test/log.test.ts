import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { until } from '@iaas/testing/until'
import { createLogger, logSettings } from '../src/platform/log/log.ts'

describe('createLogger', () => {
  let lines: string[]
  beforeEach(() => {
    lines = []
    setTerminal(undefined)
    jest.spyOn(console, 'log').mockImplementation(() => {})
    const write = (chunk: unknown) => {
      lines.push(String(chunk))
      return true
    }
    // winston writes to the stream behind the console, which jest may have put a stream of its own in the place of.
    const { _stdout: behind } = console as unknown as { _stdout?: NodeJS.WriteStream }
    for (const stream of new Set([behind ?? process.stdout, process.stdout])) {
      jest.spyOn(stream, 'write').mockImplementation(write)
    }
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  /** Makes standard output a terminal with or without colours, or none at all. */
  function setTerminal(terminal: { readonly colours: boolean } | undefined): void {
    const properties = {
      isTTY: terminal !== undefined,
      hasColors: () => terminal?.colours ?? false,
    }
    for (const [name, value] of Object.entries(properties)) {
      Object.defineProperty(process.stdout, name, { value, configurable: true })
    }
  }

  const parse = (line: string | undefined) => JSON.parse(line ?? '{}') as Record<string, unknown>

  it("writes one JSON object a line, with Logstash's names", () => {
    const log = createLogger('api', logSettings.parse({}))
    log.child({ component: 'links' }).info('request', { status: 200, path: '/a\n"b' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/)
    expect(parse(lines[0])).toMatchObject({
      '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
      '@version': 1,
      level: 'info',
      message: 'request',
      service: 'api',
      component: 'links',
      status: 200,
      path: '/a\n"b',
    })
  })

  it('writes the lines of a series in the same form, many at once', async () => {
    const log = createLogger('api', logSettings.parse({})).child({ component: 'links' })
    log.info('request', { status: 200, path: '/a\n"b' })
    const [single] = lines.splice(0)
    const request = log.series('request')
    for (const status of [200, 307]) request({ status, path: '/a\n"b' })
    expect(lines).toEqual([])
    await until(() => lines.length > 0)
    expect(lines).toHaveLength(1)
    const series = lines[0]!.trimEnd().split('\n').map(parse)
    expect(Object.keys(series[0]!).toSorted()).toEqual(Object.keys(parse(single)).toSorted())
    expect({ ...series[0], '@timestamp': '' }).toEqual({ ...parse(single), '@timestamp': '' })
    expect(series.map((line) => line['status'])).toEqual([200, 307])
  })

  it('tells an error with its causes', () => {
    const log = createLogger('api', logSettings.parse({}))
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    log.error('request failed', { error: new Error('no database', { cause }) })
    expect(parse(lines[0])['error']).toMatchObject({
      message: 'no database',
      stack: expect.stringContaining('log.test'),
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    })
  })

  it('T65 writes the lines of an audit whatever the levels are, also in a child', () => {
    const log = createLogger('api', logSettings.parse({ level: 'error' }))
    log.child({ component: 'door' }).audit('api call', { caller: 'shop' })
    log.info('left out')
    const expected = { level: 'info', message: 'api call', caller: 'shop', component: 'door' }
    expect(lines.map(parse)).toEqual([expect.objectContaining(expected)])
  })

  it('leaves out the levels that are off, by the switches of the seed or by LOG_LEVEL', () => {
    const bySwitch = createLogger('api', logSettings.parse({ info: false, debug: true }))
    bySwitch.info('left out')
    bySwitch.debug('kept')
    const byLevel = createLogger('api', logSettings.parse({ level: 'warn' }))
    byLevel.info('left out')
    byLevel.series('left out')({})
    byLevel.warn('kept')
    expect(lines.map((line) => parse(line)['message'])).toEqual(['kept', 'kept'])
  })

  describe('on a terminal', () => {
    const forPeople = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}api (single|request) status=200\n$/

    it('writes every line for people, those of a series as well, without colours that it does not show', async () => {
      setTerminal({ colours: false })
      const log = createLogger('api', logSettings.parse({}))
      log.info('single', { status: 200 })
      log.series('request')({ status: 200 })
      await until(() => lines.length === 2)
      for (const line of lines) expect(line).toMatch(forPeople)
    })

    it('writes JSON where LOG_FORMAT says so', () => {
      setTerminal({ colours: true })
      createLogger('api', logSettings.parse({ format: 'json' })).info('single', { status: 200 })
      expect(parse(lines[0])).toMatchObject({ message: 'single', status: 200 })
    })

    it('has colours where the terminal shows them and NO_COLOR is not set', () => {
      setTerminal({ colours: true })
      createLogger('api', logSettings.parse({})).info('single')
      expect(lines[0]).toContain('\u001b[32mINFO')
    })
  })

  it('writes lines for people elsewhere only where LOG_FORMAT says so, without colours', () => {
    createLogger('api', logSettings.parse({})).info('single', { status: 200 })
    createLogger('api', logSettings.parse({ format: 'pretty' })).info('single', { status: 200 })
    expect(parse(lines[0])).toMatchObject({ message: 'single' })
    expect(lines[1]).toMatch(/ INFO {2}api single status=200\n$/)
    expect(lines[1]).not.toContain('\u001b[')
  })
})
