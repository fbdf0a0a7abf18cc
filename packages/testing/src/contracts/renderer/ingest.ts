import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makeLongGif } from '../../images/make-long-gif.ts'
import { formatNameOf, makePhoto } from '../../images/make-photo.ts'
import { makeSample } from '../../images/make-sample.ts'
import { makeScanBomb } from '../../images/scan-bomb.ts'
import { type Studio, contractLimits, exists } from './studio.ts'

const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const
const photo = { width: 160, height: 120 }
const region = { left: 30, top: 20, width: 100, height: 80 }

export function describeIngest(studio: Studio): void {
  describe('the ingest of uploads', () => {
    it.each(formats)('leaves %s as it is where nothing has to change', async (format) => {
      const image = await makePhoto({ ...photo, format })
      const { path, outputPath, ...ingested } = await studio.ingest(image)
      expect(ingested).toEqual({ reencoded: false, format: formatNameOf(format), size: photo })
      expect((await readFile(path)).equals(image)).toBe(true)
      expect(await exists(outputPath)).toBe(false)
    })

    it('leaves a JPEG XL as it is, and makes a JPEG of a HEIC that has more pixels than are kept', async () => {
      const jxl = await studio.ingest(await makeSample('jxl'))
      expect(jxl).toMatchObject({ reencoded: false, format: 'jxl' })
      const heic = await studio.ingest(await makeSample('heic'))
      expect(heic).toMatchObject({ reencoded: true, format: 'jpg' })
      expect((await sharp(heic.outputPath).metadata()).format).toBe('jpeg')
    })

    it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
      'T37 warns of the place in a %s that is kept byte for byte, and of nothing else in EXIF',
      async (format) => {
        const pixels = await makePhoto({ ...photo, format: 'png' })
        const withExif = (tags: Record<string, string>) =>
          sharp(pixels)
            .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: tags })
            .toFormat(format)
            .toBuffer()
        const located = await withExif({ GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' })
        const warned = await studio.ingest(located)
        expect(warned).toMatchObject({ reencoded: false, warnings: ['location'] })
        const unlocated = await withExif({ GPSMapDatum: 'WGS-84' })
        expect(await studio.ingest(unlocated)).not.toHaveProperty('warnings')
        expect(await studio.ingest(located, region)).not.toHaveProperty('warnings')
      },
    )

    it.each(formats)('crops %s, and keeps it in its format', async (format) => {
      const image = await makePhoto({ ...photo, format, quality: 90 })
      const { path, outputPath, ...ingested } = await studio.ingest(image, region)
      const size = { width: region.width, height: region.height }
      expect(ingested).toEqual({ reencoded: true, format: formatNameOf(format), size })
      expect((await readFile(path)).equals(image)).toBe(true)
      expect(await studio.renderer.inspect({ path: outputPath })).toEqual({
        format: formatNameOf(format),
        size,
      })
      const expected = await sharp(image).extract(region).png().toBuffer()
      expect(await meanDifference(await readFile(outputPath), expected)).toBeLessThan(6)
    })

    it.each(formats)('scales %s down that has more pixels than are kept', async (format) => {
      const image = await makePhoto({ width: 500, height: 300, format })
      const { outputPath, ...ingested } = await studio.ingest(image)
      expect(ingested).toMatchObject({ reencoded: true, format: formatNameOf(format) })
      const { width, height } = ingested.size
      expect(width * height).toBeLessThanOrEqual(contractLimits.maxOnDiskPixels)
      expect(width * height).toBeGreaterThan(contractLimits.maxOnDiskPixels * 0.98)
      expect(Math.abs(width / height - 5 / 3)).toBeLessThan(0.02)
      expect(await studio.renderer.inspect({ path: outputPath })).toEqual({
        format: formatNameOf(format),
        size: ingested.size,
      })
    })

    it('keeps the quality of a JPEG that it crops', async () => {
      const sizes: number[] = []
      for (const quality of [20, 60, 95]) {
        const { outputPath } = await studio.ingest(
          await makePhoto({ ...photo, format: 'jpeg', quality }),
          region,
        )
        const kept = await readFile(outputPath)
        const expected = sharp(kept).jpeg({
          quality,
          chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0',
        })
        sizes.push(kept.length)
        expect(tablesOf(kept)).toEqual(tablesOf(await expected.toBuffer()))
      }
      expect(sizes).toEqual(sizes.toSorted((one, other) => one - other))
    })

    it('keeps the colour profile, and no other metadata', async () => {
      const image = await sharp(await makePhoto({ ...photo, format: 'png' }))
        .withIccProfile('p3')
        .withExif({ IFD0: { Copyright: 'somebody' } })
        .jpeg({ quality: 90 })
        .toBuffer()
      const { outputPath } = await studio.ingest(image, region)
      const kept = await sharp(outputPath).metadata()
      expect(kept.icc?.equals((await sharp(image).metadata()).icc ?? Buffer.alloc(0))).toBe(true)
      expect(kept.exif).toBeUndefined()
      const expected = await sharp(image).extract(region).png().toBuffer()
      expect(await meanDifference(await readFile(outputPath), expected)).toBeLessThan(4)
    })

    it('keeps grey one channel, and deep colours deep', async () => {
      const grey = await studio.ingest(
        await makePhoto({ ...photo, format: 'jpeg', grey: true }),
        region,
      )
      const deep = await studio.ingest(
        await makePhoto({ ...photo, format: 'png', bits16: true }),
        region,
      )
      const pale = await studio.ingest(
        await makePhoto({ ...photo, format: 'png', alpha: true }),
        region,
      )
      expect((await sharp(grey.outputPath).metadata()).channels).toBe(1)
      expect((await sharp(deep.outputPath).metadata()).depth).toBe('ushort')
      expect((await sharp(pale.outputPath).metadata()).hasAlpha).toBe(true)
    })

    it('crops CMYK, and shows it as it was', async () => {
      const image = await makePhoto({ ...photo, format: 'jpeg', cmyk: true, quality: 95 })
      const { outputPath } = await studio.ingest(image, region)
      const before = await sharp(image).toColourspace('srgb').extract(region).png().toBuffer()
      expect(await meanDifference(await readFile(outputPath), before)).toBeLessThan(5)
    })

    it('T54 keeps a long animation, and says that no variant can show it', async () => {
      const kept = await studio.ingest(makeLongGif(301))
      expect(kept).toMatchObject({ reencoded: false, isTooLong: true })
      expect(await studio.ingest(makeLongGif(300))).not.toHaveProperty('isTooLong')
    })

    it('crops the first frame of an animation', async () => {
      const { outputPath, format } = await studio.ingest(await makeAnimatedGif(160, 120, 3), region)
      expect(format).toBe('gif')
      expect((await sharp(outputPath).metadata()).pages ?? 1).toBe(1)
    })

    it.each([
      { ...region, left: 61 },
      { ...region, top: 41 },
      { left: 0, top: 0, width: 161, height: 1 },
      { left: 160, top: 0, width: 1, height: 1 },
    ])('refuses the region %j, and names the size of the image', async (outside) => {
      const image = await makePhoto({ ...photo, format: 'png' })
      await expect(studio.ingest(image, outside)).rejects.toMatchObject({
        code: 'INVALID_CROP',
        message: expect.stringContaining('160 x 120'),
      })
    })

    it('crops to the whole image, and to one pixel', async () => {
      const image = await makePhoto({ ...photo, format: 'png' })
      const whole = await studio.ingest(image, { left: 0, top: 0, ...photo })
      const one = await studio.ingest(image, { left: 159, top: 119, width: 1, height: 1 })
      expect([whole.size, one.size]).toEqual([photo, { width: 1, height: 1 }])
    })

    it('T13 refuses a JPEG of more than 100 scans before it decodes any, and renders one that is there', async () => {
      const bomb = makeScanBomb(64, 64, 2647)
      await expect(studio.ingest(bomb)).rejects.toMatchObject({ code: 'IMAGE_TOO_COSTLY' })
      expect(await studio.ingest(makeScanBomb(64, 64, 100))).toMatchObject({ reencoded: false })
      const rendered = await studio.render(bomb, { width: 32, height: 32, format: 'png' })
      expect(await sharp(rendered).metadata()).toMatchObject({ width: 32, height: 32 })
    })
  })
}

/** Returns the quantisation tables as stored in a file. */
function tablesOf(jpeg: Buffer): readonly string[] {
  const tables: string[] = []
  for (
    let at = jpeg.indexOf('ffdb', 0, 'hex');
    at !== -1;
    at = jpeg.indexOf('ffdb', at + 2, 'hex')
  ) {
    tables.push(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)).toString('hex'))
  }
  return tables
}
