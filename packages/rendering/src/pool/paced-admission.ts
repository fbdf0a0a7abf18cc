import { type Admission, busy } from './admission.ts'

export type PaceOptions = {
  readonly capacity: number
  /** Who is expected to wait longer than this is refused at once, ms. */
  readonly patienceMs: number
}

/** How much the latest stay counts in the mean. */
const weight = 0.1

/**
 * An admission whose queue is as long as what lies in it can be done in time: by how long others have stayed of late. A
 * refusal that comes at once can be acted on; one that comes after a wait has only cost it. The first in line may always
 * wait, so that the mean is never out of date.
 */
export function paceAdmission(
  admission: Admission,
  { capacity, patienceMs }: PaceOptions,
): Admission {
  let meanStayMs = 0

  return {
    async enter(share, signal) {
      const expectedMs = (admission.waiting * meanStayMs) / capacity
      if (admission.waiting > 0 && expectedMs > patienceMs) throw busy()
      const leave = await admission.enter(share, signal)
      const enteredAt = performance.now()
      return () => {
        leave()
        meanStayMs += weight * (performance.now() - enteredAt - meanStayMs)
      }
    },
    // Nobody waits for it.
    tryEnter: (share) => admission.tryEnter(share),
    get inside() {
      return admission.inside
    },
    get waiting() {
      return admission.waiting
    },
  }
}
