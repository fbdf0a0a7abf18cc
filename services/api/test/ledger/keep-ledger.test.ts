import { describe, expect, it } from '@jest/globals'
import { createLedgerKeeper } from '@iaas/api/ledger/keep-ledger'
import { AppError, type ErrorCode } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import type { DueOriginal, ListedOriginal, OriginalInfo } from '@iaas/common/ports/original-ledger'

const id = parseImageId('photo')
const info: OriginalInfo = { format: 'jpg', size: { width: 3, height: 2 } }
const original = { id, version: '1.b', size: 10, modifiedAt: new Date(0) }

type World = {
  readonly recorded?: DueOriginal['recorded']
  readonly find?: () => Promise<typeof original | undefined>
  readonly inspect?: () => Promise<OriginalInfo>
}

function start({ recorded, find = async () => original, inspect = async () => info }: World) {
  const calls: string[] = []
  const settled: (ListedOriginal | undefined)[] = []
  const due: DueOriginal = { id, mark: '7', recorded }
  const noted = <T>(name: string, value: T) => {
    calls.push(name)
    return value
  }
  const keeper = createLedgerKeeper({
    ledger: {
      findDue: async () => noted('due', due),
      takeDue: async () => noted('due', [due]),
      takeOver: async () => 0,
      settle: async (_due, state) => void settled.push(state),
    },
    originals: { find: () => noted('find', find()) },
    facts: { findKept: async () => undefined },
    renderer: { inspect: () => noted('inspect', inspect()) },
    log: createSilentLogger(),
  })
  return { keeper, calls, settled, work: () => keeper.work(new AbortController().signal) }
}

const fail = (code: ErrorCode) => () => Promise.reject(new AppError(code, 'It failed.'))

describe('keeper of the ledger', () => {
  it('R83 reads the mark before it reads the store', async () => {
    const { work, calls, settled } = start({})
    await work()
    expect(calls).toEqual(['due', 'find', 'inspect'])
    expect(settled).toEqual([{ ...original, info }])
  })

  it('decodes nothing of which an upload or the row tells the facts', async () => {
    const uploaded = start({})
    await uploaded.keeper.settle(id, { version: '1.b', ...info })
    const unchanged = start({ recorded: { version: '1.b', info } })
    await unchanged.work()
    expect([uploaded.calls, unchanged.calls]).toEqual([
      ['due', 'find'],
      ['due', 'find'],
    ])
  })

  it('decodes a version that replaced the recorded or the uploaded one', async () => {
    const older = start({ recorded: { version: '1.a', info } })
    await older.keeper.settle(id, { version: '1.a', ...info })
    expect(older.calls).toEqual(['due', 'find', 'inspect'])
  })

  it('records an original that cannot be read, and one that is gone', async () => {
    const damaged = start({ inspect: fail('IMAGE_DAMAGED') })
    await damaged.work()
    const gone = start({ find: fail('ORIGINAL_GONE') })
    await gone.work()
    expect([damaged.settled, gone.settled]).toEqual([
      [{ ...original, info: undefined }],
      [undefined],
    ])
  })

  it('R83 leaves a row due if store or renderer fail, and fails no upload', async () => {
    const away = start({ find: fail('STORE_UNAVAILABLE') })
    await away.keeper.settle(id)
    const busy = start({ inspect: fail('RENDERER_BUSY') })
    await busy.work()
    expect([away.settled, busy.settled]).toEqual([[], []])
  })
})
