import { spoolSettings } from '@iaas/common/disk/config'
import { linksSettings } from '@iaas/common/links-config'
import { cdnSettings, cdnsSettings } from '../cdn/config.ts'
import { postgresqlSettings } from '../postgres/config.ts'
import { redisSettings } from '../redis/config.ts'
import { awsSettings } from '../s3/config.ts'

/** Settings of every service that uses the stores and queues. */
export const backendSettings = {
  postgresql: postgresqlSettings,
  redis: redisSettings,
  aws: awsSettings,
  cdns: cdnsSettings,
  cdn: cdnSettings,
  links: linksSettings,
  spool: spoolSettings,
}
