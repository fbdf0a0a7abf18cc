import { startDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Command, Redis } from 'ioredis'

/**
 * Makes a connection patient: it does not mistake a busy process for a hung Redis. The timers of the library close a
 * connection and fail commands also if the answers have arrived and this process has not read them yet.
 *
 * @param silenceMs time without an answer after which the connection counts as dead
 */
export function makePatient(redis: Redis, silenceMs: number): void {
  limitCommands(redis)
  limitSilence(redis, silenceMs)
}

function limitCommands(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, stream) => {
    command.setTimeout = (limitMs) => limitCommand(command, limitMs)
    return send(command, stream)
  }
}

function limitCommand(command: Command, limitMs: number): void {
  const cancel = startDeadline(limitMs, () => command.reject(new Error('Command timed out')))
  command.promise.then(cancel, cancel)
}

/** Members of a connection that its types hide. The library calls `setSocketTimeout` when a command is sent. */
type Hidden = { socketTimeoutTimer: object | undefined; setSocketTimeout: () => void }

/** Closes a connection on which nothing was received for this time, ms, although something was expected. */
function limitSilence(redis: Redis, silenceMs: number): void {
  const hidden = redis as unknown as Hidden
  hidden.setSocketTimeout = () => {
    const { stream } = redis
    const end = () => {
      cancel()
      stream.off('data', onData).off('close', end)
      if (redis.stream === stream) hidden.socketTimeoutTimer = undefined
    }
    const onData = () => {
      end()
      if (redis.commandQueue.length > 0) hidden.setSocketTimeout()
    }
    const cancel = startDeadline(silenceMs, () => {
      end()
      stream.destroy(new Error(`Redis has not answered for ${silenceMs} ms.`))
    })
    hidden.socketTimeoutTimer = {}
    stream.once('data', onData).once('close', end)
  }
}
