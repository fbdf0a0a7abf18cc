import { describe } from '@jest/globals'
import { describeBytes } from './bytes.ts'
import { describeHostileFiles } from './hostile-files.ts'
import { describeEnlarging } from './enlarging.ts'
import { describeIntake } from './intake.ts'
import { type OpenRenderer, openStudio } from './studio.ts'
import { describeColours } from './colours.ts'
import { describeCopies } from './copies.ts'
import { describeOrientation } from './orientation.ts'
import { describeReducing } from './reducing.ts'
import { describeSizes } from './sizes.ts'
import { describeStripping } from './stripping.ts'

/** What every renderer does, in this process or behind HTTP. It is to be opened with `contractLimits`. */
export function describeRenderer(name: string, open: OpenRenderer): void {
  describe(`${name} keeps to the contract of a renderer`, () => {
    const studio = openStudio(open)
    describeSizes(studio)
    describeOrientation(studio)
    describeColours(studio)
    describeEnlarging(studio)
    describeReducing(studio)
    describeBytes(studio)
    describeIntake(studio)
    describeCopies(studio)
    describeStripping(studio)
    describeHostileFiles(studio)
  })
}
