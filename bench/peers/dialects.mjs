import { quality } from '../work/miss-cases.mjs'

/** Addresses of an image at a URL, for servers that were not started here. */
export const dialects = {
  imgproxy: (url, { box, format }) =>
    `/insecure/rs:fit:${box}:${box}/q:${quality}/plain/${url}@${format}`,
  imagor: thumborPath,
  thumbor: thumborPath,
  weserv: (url, { box, format }) =>
    `/?url=${encodeURIComponent(url)}&w=${box}&h=${box}&fit=inside&output=${format}&q=${quality}`,
}

function thumborPath(url, { box, format }) {
  const written = format === 'jpg' ? 'jpeg' : format
  const filters = `filters:quality(${quality}):format(${written})`
  return `/unsafe/fit-in/${box}x${box}/${filters}/${encodeURIComponent(url)}`
}
