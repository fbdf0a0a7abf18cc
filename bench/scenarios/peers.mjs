import { askForImages } from '../load/ask-for-images.mjs'
import { askForVariants, warmUp } from '../load/ask-for-variants.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { startIpx } from '../peers/ipx.mjs'
import { prepareNext } from '../peers/next.mjs'
import { nginxMissing, startNginx } from '../peers/nginx.mjs'
import { useOutsidePeer } from '../peers/outside.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startMissStage } from '../stage/miss-stage.mjs'
import { peerCases } from '../work/miss-cases.mjs'
import { providePhoto } from '../work/photos.mjs'
import { createIds } from '../work/renders.mjs'

const pairs = 3
/** How long one measurement takes, s. */
const seconds = 4
const warmUps = 8

/** The first requests of variants, against other servers doing the same work over HTTP. */
export const peers = {
  name: 'peers',
  title: 'Peers: images by second, against other servers on the same work',
  isQuick: false,
  run: (options) => withClosers((closers) => measurePeers(closers, options)),
}

async function measurePeers(closers, { peers: outside }) {
  const stage = await startMissStage(closers)
  await warmUp(stage, stage.api, false)
  const others = [startIpx, prepareNext, ...(nginxMissing === undefined ? [startNginx] : [])]
  const rows = []
  const measure = async (peer) => {
    for (const each of peerCases.filter((one) => peer.canDo(one))) {
      rows.push(await measureCase(each, stage, peer))
    }
    await peer.stop()
  }
  for (const start of others) await measure(closers.keep(await start(stage)))
  for (const peer of outside) await measure(closers.keep(await useOutsidePeer(peer)))
  return { rows, notes: nginxMissing === undefined ? [] : [`nginx: ${nginxMissing}.`] }
}

async function measureCase(each, stage, peer) {
  const { photo: photoName, format, box, concurrency } = each
  const photo = await providePhoto(photoName)
  const askOurs = (count) => askForVariants(stage, stage.api, each, count)
  const askPeer = async (count) => {
    const names = createIds(count).map((id) => `${id}.${photo.extension}`)
    await peer.prepare(photo, names)
    const paths = names.map((name) => peer.pathOf(name, each))
    const { base, pids } = peer
    return askForImages({ base, paths, concurrency, pids, headers: peer.headersOf(each) })
  }
  const ourCount = await chooseCount(askOurs)
  const peerCount = await chooseCount(askPeer)
  return measurePairs({
    name: `${photoName} to ${format}, ${box} px, ${concurrency} at a time`,
    referenceName: peer.name,
    pairs,
    ours: () => askOurs(ourCount),
    reference: () => askPeer(peerCount),
  })
}

/** How many take about as long as a measurement is to take, on a side that is warm by then. */
async function chooseCount(ask) {
  await ask(warmUps)
  const { perSecond } = await ask(warmUps)
  return Math.max(10, Math.ceil(perSecond * seconds))
}
