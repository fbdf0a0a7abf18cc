// Draws assets/example.jpg: a lake in the mountains at dusk, computed from noise; nothing in it was photographed. Every
// run draws the same picture. `node scripts/draw-example.mjs [FILE [WIDTH]]` writes another file, or a smaller one.
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { develop } from './draw-example/film.mjs'
import { drawLake } from './draw-example/lake.mjs'
import { drawLand } from './draw-example/land.mjs'
import { createScene } from './draw-example/scene.mjs'
import { drawSky } from './draw-example/sky.mjs'
import { drawTrees } from './draw-example/trees.mjs'

const asset = fileURLToPath(new URL('../assets/example.jpg', import.meta.url))
const [, , file = asset, widthText = '2400'] = process.argv
const width = Number(widthText)
const height = Math.round((width * 2) / 3)
/** Everything but the trees is drawn larger and scaled down, which smooths its edges. */
const oversampling = 1.5

const scene = createScene(Math.round(width * oversampling), Math.round(height * oversampling))
const light = new Float32Array(scene.width * scene.height * 3)
drawSky(scene, light)
drawLand(scene, light)
drawLake(scene, light)
const developed = develop(scene, light)
const raw = { width: scene.width, height: scene.height, channels: 3 }
const landscape = await sharp(developed, { raw }).resize(width, height).png().toBuffer()
await sharp(landscape)
  .composite([{ input: Buffer.from(drawTrees(width, height)) }])
  .jpeg({ quality: 88, progressive: true })
  .toFile(file)
