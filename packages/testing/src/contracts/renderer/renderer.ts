import { describe } from '@jest/globals'
import { describeAnimations } from './animations.ts'
import { describeAvif } from './avif.ts'
import { describeBytes } from './bytes.ts'
import { describeFacts } from './facts.ts'
import { describeFocal } from './focal.ts'
import { describeFrames } from './frames.ts'
import { describeFraming } from './framing.ts'
import { describeHostileFiles } from './hostile-files.ts'
import { describeEnlarging } from './enlarging.ts'
import { describeCombinations } from './combinations.ts'
import { describeLooks } from './looks.ts'
import { describeIngest } from './ingest.ts'
import { type OpenRenderer, type Studio, openStudio } from './studio.ts'
import { describeColours } from './colours.ts'
import { describeCopyright } from './copyright.ts'
import { describeProfiles } from './profiles.ts'
import { describeGainMaps } from './gain-maps.ts'
import { describeCopiedPixels, describeCopies } from './copies.ts'
import { describeOrientation } from './orientation.ts'
import { describeReducing } from './reducing.ts'
import { describeStriking } from './striking.ts'
import { describeAnswers, describeSizes } from './sizes.ts'
import { describeStripping } from './stripping.ts'
import { describeFonts } from './fonts.ts'
import { describeTexts } from './texts.ts'
import { describeWatermarks } from './watermarks.ts'

/** Describes a renderer that renders by itself. It is opened with `contractLimits`. */
export function describeRenderer(name: string, open: OpenRenderer): void {
  describe(`${name} keeps to the contract of a renderer`, () => {
    const studio = openStudio(open)
    describeParts(studio)
    describeSizes(studio)
    describeProfiles(studio)
    describeGainMaps(studio)
    describeOrientation(studio)
    describeEnlarging(studio)
    describeCombinations(studio)
    describeReducing(studio)
    describeBytes(studio)
    describeAvif(studio)
    describeAnimations(studio)
    describeCopiedPixels(studio)
  })
}

/** Describes a renderer that delegates to another one: every part of a task and every answer arrives. */
export function describeRemoteRenderer(name: string, open: OpenRenderer): void {
  describe(`${name} keeps to the contract of a renderer`, () => {
    describeParts(openStudio(open))
  })
}

/** Describes every part of a task and every kind of answer. Which pixels come of them is no part. */
function describeParts(studio: Studio): void {
  describeAnswers(studio)
  describeStriking(studio)
  describeFraming(studio)
  describeFocal(studio)
  describeFrames(studio)
  describeLooks(studio)
  describeWatermarks(studio)
  describeTexts(studio)
  describeFonts(studio)
  describeColours(studio)
  describeCopyright(studio)
  describeIngest(studio)
  describeFacts(studio)
  describeCopies(studio)
  describeStripping(studio)
  describeHostileFiles(studio)
}
