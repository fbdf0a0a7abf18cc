import { types } from 'node:util'
import winston from 'winston'
import { z } from 'zod'
import { toggle } from './config/setting.ts'

const levels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof levels)[number]

/** Values of a line beside its message: JSON data, and `error` for an Error with its causes. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>

/** A message is a constant phrase; whatever varies is a field. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>> & {
  child(fields: LogFields): Logger
}

/** The seed's keys: one switch a level. `LOG_LEVEL` sets them all at once. */
export const logSettings = z
  .object({
    level: z
      .enum(levels)
      .optional()
      .meta({ description: 'The least severe level that is logged.', env: 'LOG_LEVEL' }),
    error: toggle(true, 'Log what must not happen, once, with its causes.'),
    warn: toggle(true, 'Log what works but needs a look.'),
    info: toggle(true, 'Log one line a request and a job.'),
    debug: toggle(false, 'Log details.'),
  })
  .prefault({})

type LogSettings = z.output<typeof logSettings>

/** A logger that writes one JSON object a line, with Logstash's names, to standard output. */
export function createLogger(service: string, settings: LogSettings): Logger {
  const enabled = enabledLevels(settings)
  const { combine, printf } = winston.format
  const onlyEnabled = winston.format((info) => (enabled.has(info.level) ? info : false))
  return adapt(
    winston.createLogger({
      level: 'debug',
      defaultMeta: { service },
      format: combine(onlyEnabled(), printf(toLine)),
      transports: [new winston.transports.Console()],
    }),
  )
}

/** A logger that writes nothing. */
export function createSilentLogger(): Logger {
  return adapt(
    winston.createLogger({ silent: true, transports: [new winston.transports.Console()] }),
  )
}

function adapt(logger: winston.Logger): Logger {
  return {
    error: (message, fields) => void logger.error(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    debug: (message, fields) => void logger.debug(message, fields),
    child: (fields) => adapt(logger.child(fields)),
  }
}

function enabledLevels(settings: LogSettings): ReadonlySet<string> {
  const { level } = settings
  if (level !== undefined) return new Set(levels.slice(0, levels.indexOf(level) + 1))
  return new Set(levels.filter((name) => settings[name]))
}

function toLine({ level, message, ...fields }: winston.Logform.TransformableInfo): string {
  const line = { '@timestamp': new Date().toISOString(), '@version': 1, level, message, ...fields }
  return JSON.stringify(line, (_key, value: unknown) =>
    types.isNativeError(value) ? describeError(value) : value,
  )
}

type ErrorDescription = {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  readonly stack?: string | undefined
  readonly cause?: unknown
}

function describeError(error: Error): ErrorDescription {
  const { name, message, stack, cause } = error
  const code = 'code' in error ? { code: error.code } : {}
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause }) }
}
