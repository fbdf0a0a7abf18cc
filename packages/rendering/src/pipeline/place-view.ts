import type { Region, Size, Turn, View } from '@iaas/common/image'
import type { SourceFacts } from '../formats/source-facts.ts'
import { toStoredRegion, turnOrientation } from '../formats/orientation.ts'
import type { StepContext } from './steps/step.ts'

/** Translates a view of the displayed source to the stored one. Rotating costs no pass of its own. */
export function placeView(
  { size, orientation }: SourceFacts,
  { region, size: viewed }: View,
  turn: Turn,
): Pick<StepContext, 'region' | 'size' | 'orientation'> {
  return {
    region: isWhole(region, size) ? undefined : toStoredRegion(region, size, orientation),
    size: viewed,
    orientation: turnOrientation(orientation, turn),
  }
}

function isWhole({ width, height }: Region, size: Size): boolean {
  return width === size.width && height === size.height
}
