/** CIE 1931 x and y. */
export type Chromaticity = readonly [x: number, y: number]

export type Primaries = {
  readonly white: Chromaticity
  readonly red: Chromaticity
  readonly green: Chromaticity
  readonly blue: Chromaticity
}

const d65 = [0.3127, 0.329] as const
const illuminantC = [0.31, 0.316] as const

export const bt709: Primaries = {
  white: d65,
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
}
export const bt2020: Primaries = {
  white: d65,
  red: [0.708, 0.292],
  green: [0.17, 0.797],
  blue: [0.131, 0.046],
}
const smpte170m: Primaries = {
  white: d65,
  red: [0.63, 0.34],
  green: [0.31, 0.595],
  blue: [0.155, 0.07],
}
const dciP3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] } as const

export const displayP3: Primaries = { white: d65, ...dciP3 }

/** ColourPrimaries: ITU-T H.273 (2024), table 2. Missing numbers are reserved or unspecified. */
export const primariesByCode: ReadonlyMap<number, Primaries> = new Map([
  [1, bt709],
  [4, { white: illuminantC, red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08] }],
  [5, { white: d65, red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06] }],
  [6, smpte170m],
  [7, smpte170m],
  [8, { white: illuminantC, red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049] }],
  [9, bt2020],
  [10, { white: [1 / 3, 1 / 3], red: [1, 0], green: [0, 1], blue: [0, 0] }],
  [11, { white: [0.314, 0.351], ...dciP3 }],
  [12, displayP3],
  [22, { white: d65, red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077] }],
])
