import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, expect, it } from '@jest/globals'
import { createPurgeRig } from './_rig.ts'

const database = await provideDatabase()
const server = { kind: 'postgres', url: database.url } as const

afterAll(() => database[Symbol.asyncDispose]())

it('F51 goes on where it was after a restart in its middle, at its pace, and neither while it is paused nor once it is cancelled', async () => {
  await using rig = await createPurgeRig(server)
  for (const name of ['a', 'b', 'c', 'd', 'e']) await rig.plant(name, 3)
  const linksOf = async () => (await rig.sql('SELECT FROM images')).rowCount
  const first = rig.start()
  // A turn of a sixth of a minute: the links of one image, then a rest.
  const id = await rig.order({ options: { per_minute: 18, now: true, keep_seconds: 0 } })
  const untilLinks = (links: number) =>
    until(async () => (await rig.purges.find(id))?.counts.links === links)
  await untilLinks(3)
  await first[Symbol.asyncDispose]()
  expect(await linksOf()).toBe(12)

  await using _second = rig.start()
  await rig.wake(id)
  await untilLinks(6)
  expect(await linksOf()).toBe(9)
  expect((await rig.purges.find(id))?.counts.images).toBe(2)

  expect(await rig.purges.change(id, 'paused')).toMatchObject({ state: 'paused' })
  await rig.wake(id)
  // A purge that is ordered afterwards is done, so the order of the paused one was taken, too.
  const other = await rig.plant('other', 1)
  await rig.untilEnd(await rig.order({ selector: { ids: [other] } }))
  expect([await linksOf(), (await rig.purges.find(id))?.counts.links]).toEqual([9, 6])

  await rig.sql(`UPDATE purges SET rests_until = now()`)
  await rig.resume(id)
  await untilLinks(9)
  expect(await linksOf()).toBe(6)
  await rig.purges.change(id, 'cancelled')
  await rig.wake(id)
  await rig.untilEnd(await rig.order({ selector: { ids: [other] } }))
  expect(await rig.purges.find(id)).toMatchObject({ state: 'cancelled', counts: { links: 9 } })
  expect(await linksOf()).toBe(6)
})
