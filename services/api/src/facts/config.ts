import { camelKeys } from '@iaas/common/config/camel-keys'
import { toggle } from '@iaas/common/config/setting'
import { z } from 'zod'

export const infoSettings = z
  .object({
    expose_location: toggle(
      false,
      'Adds to `/{id}.json?exif=true` the fields of EXIF that tell the place, the owner and the serial numbers of the camera. The original contains them in any case, unless `originals.strip_metadata` is on.',
      'EXPOSE_LOCATION',
    ),
  })
  .prefault({})
  .transform(camelKeys)
