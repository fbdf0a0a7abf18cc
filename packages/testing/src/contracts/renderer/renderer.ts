import { describe } from '@jest/globals'
import { describeHostileFiles } from './hostile-files.ts'
import { describeIntake } from './intake.ts'
import { type OpenRenderer, openStudio } from './studio.ts'
import { describeColours } from './colours.ts'
import { describeOrientation } from './orientation.ts'
import { describeSizes } from './sizes.ts'

/** What every renderer does, in this process or behind HTTP. It is to be opened with `contractLimits`. */
export function describeRenderer(name: string, open: OpenRenderer): void {
  describe(`${name} keeps to the contract of a renderer`, () => {
    const studio = openStudio(open)
    describeSizes(studio)
    describeOrientation(studio)
    describeColours(studio)
    describeIntake(studio)
    describeHostileFiles(studio)
  })
}
