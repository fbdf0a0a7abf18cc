import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@iaas/testing/until'
import { type ChildSet, createChildSet } from '../../src/pool/child-set.ts'
import { workerSettings } from '../worker-settings.ts'

describe('children that nobody needs', () => {
  let children: ChildSet
  beforeEach(() => {
    const settings = workerSettings
    children = createChildSet({
      ownCores: [],
      most: 3,
      mostDataBytes: 2 ** 30,
      settings,
      idleMs: 300,
    })
  })
  afterEach(async () => children[Symbol.asyncDispose]())

  it('end after a while, all but one', async () => {
    const taken = [children.take(), children.take(), children.take()]
    expect(children.pids).toHaveLength(3)
    for (const child of taken) children.giveBack(child)
    await until(() => children.pids.length === 1)
    expect(children.take()).toBe(taken[2])
    expect(children.started).toBe(3)
  })

  it('are told from those that are at work, which never end', async () => {
    const [working, idle, other] = [children.take(), children.take(), children.take()]
    children.giveBack(idle)
    children.giveBack(other)
    await until(() => children.pids.length === 2)
    expect(working.isAlive).toBe(true)
    children.giveBack(working)
    await until(() => children.pids.length === 1)
    expect(working.isAlive).toBe(true)
  })
})
