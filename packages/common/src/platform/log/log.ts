import winston from 'winston'
import { z } from 'zod'
import { toggle } from '../config/setting.ts'
import { createLineWriter } from './line-writer.ts'
import { formatLine } from './log-line.ts'
import { createPrettyPrinter } from './log-pretty.ts'

const levels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof levels)[number]

/** Fields of a line: JSON data, and `error` for an Error with its causes. Never secrets. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes log lines. A message is a constant phrase; variable parts are fields. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>> & {
  /** Writes a line of the level `info` whatever the configured levels are. The audit uses it. */
  audit(message: string, fields?: LogFields): void
  child(fields: LogFields): Logger
  /** Returns a fast writer of frequent `info` lines with the same message. */
  series(message: string): Series
}

/** Writes one line. `isWritten` is false if the level is off, so that a caller need not collect the fields. */
export type Series = ((fields: LogFields) => void) & { readonly isWritten?: boolean }

/** Marks a line that is written whatever the levels are. */
const isAudit = Symbol('audit')

const clientForms = ['full', 'truncated', 'hashed', 'none'] as const
export type ClientForm = (typeof clientForms)[number]

const formats = ['pretty', 'json'] as const
type LogFormat = (typeof formats)[number]

/** Keys of the legacy iaas: one switch per level. `LOG_LEVEL` sets all of them. */
export const logSettings = z
  .object({
    level: z.enum(levels).optional().meta({
      description: 'Least severe level that is logged: `error`, `warn`, `info` or `debug`.',
      env: 'LOG_LEVEL',
    }),
    format: z.enum(formats).optional().meta({
      description:
        'Form of the lines: `pretty` for people, `json` (one object a line) for collectors. Default: `pretty` on a terminal, `json` elsewhere. Colours appear on terminals only; `NO_COLOR` turns them off.',
      env: 'LOG_FORMAT',
    }),
    client: z.enum(clientForms).default('full').meta({
      description:
        'How the line of a request names its client: `full` (an IPv4 address, or a /64 of IPv6), `truncated` (a /24, or a /48), `hashed` (stable until `secret` changes; without a secret, until the restart), `none`.',
      env: 'LOG_CLIENT',
      default: 'full',
    }),
    error: toggle(true, 'Logs failures, once, with their causes.'),
    warn: toggle(true, 'Logs conditions that need attention.'),
    info: toggle(true, 'Logs one line per request and job.'),
    debug: toggle(false, 'Logs details.'),
  })
  .prefault({})

type LogSettings = z.output<typeof logSettings>

/** Creates a logger that writes lines with Logstash's field names to standard output, as JSON or for people. */
export function createLogger(service: string, settings: LogSettings): Logger {
  const enabled = enabledLevels(settings)
  const present = createPresenter(settings.format)
  const { combine, printf } = winston.format
  const onlyEnabled = winston.format((info) =>
    enabled.has(info.level) || isAudit in info ? info : false,
  )
  const logger = winston.createLogger({
    level: 'debug',
    format: combine(
      onlyEnabled(),
      printf(({ level, message, ...fields }) =>
        present(formatLine(level, String(message), fields)),
      ),
    ),
    transports: [new winston.transports.Console()],
  })
  const writeLines = createLineWriter((lines) => process.stdout.write(lines))
  const writeLine = (line: string) => writeLines(present(line))
  return adapt(logger, { service }, enabled.has('info') ? writeLine : undefined)
}

/** A logger that writes nothing. */
export function createSilentLogger(): Logger {
  const transports = [new winston.transports.Console()]
  return adapt(winston.createLogger({ silent: true, transports }), {}, undefined)
}

/** Returns a function that converts a JSON line to the text to write. */
function createPresenter(format: LogFormat | undefined): (json: string) => string {
  const { isTTY } = process.stdout
  const isPretty = format === undefined ? isTTY : format === 'pretty'
  if (!isPretty) return (json) => json
  return createPrettyPrinter({ colours: isTTY && process.stdout.hasColors() })
}

/**
 * Adapts a winston logger.
 *
 * @param writeLine writes a JSON line of a series; undefined if they are not written
 */
function adapt(
  logger: winston.Logger,
  own: LogFields,
  writeLine: ((line: string) => void) | undefined,
): Logger {
  return {
    error: (message, fields) => void logger.error(message, { ...own, ...fields }),
    warn: (message, fields) => void logger.warn(message, { ...own, ...fields }),
    info: (message, fields) => void logger.info(message, { ...own, ...fields }),
    debug: (message, fields) => void logger.debug(message, { ...own, ...fields }),
    audit: (message, fields) => void logger.info(message, { ...own, ...fields, [isAudit]: true }),
    child: (fields) => adapt(logger, { ...own, ...fields }, writeLine),
    series(message) {
      if (writeLine === undefined) return Object.assign(() => {}, { isWritten: false })
      const timestamp = createTimestamp()
      // winston takes several times as long as the rest of a redirect, so the lines of a series are built here.
      const constant = JSON.stringify({ '@version': 1, level: 'info', message, ...own }).slice(
        1,
        -1,
      )
      return (fields) =>
        writeLine(`{"@timestamp":"${timestamp()}",${constant},${JSON.stringify(fields).slice(1)}`)
    },
  }
}

/** Returns a clock that formats the time in ISO 8601, at most once per millisecond. */
function createTimestamp(): () => string {
  let latestMs = 0
  let latest = ''
  return () => {
    const now = Date.now()
    if (now !== latestMs) {
      latestMs = now
      latest = new Date(now).toISOString()
    }
    return latest
  }
}

function enabledLevels(settings: LogSettings): ReadonlySet<string> {
  const { level } = settings
  if (level !== undefined) return new Set(levels.slice(0, levels.indexOf(level) + 1))
  return new Set(levels.filter((name) => settings[name]))
}
