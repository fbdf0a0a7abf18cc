/** How often a storm does what it does: few times, unless it is asked for more (`npm run storm`). */
export function roundsOf(storm: string, usual: number): number {
  return Number(process.env[`STORM_${storm.toUpperCase()}`] ?? usual)
}

/** What a storm may take, ms. */
export function stormLimitMs(rounds: number): number {
  return 60_000 + rounds * 1000
}

/** Does the rounds from 0 on, a few of them at the same time. */
export async function inParallel(
  rounds: number,
  atOnce: number,
  work: (round: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const workOff = async () => {
    while (next < rounds) {
      next += 1
      await work(next - 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, workOff))
}
