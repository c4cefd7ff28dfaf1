/** What a model is shown, as JSON. It may quote every value in it, by its path. */
export type Facts = string | number | null | readonly Facts[] | { readonly [name: string]: Facts }

/** What a model is asked: it chooses one of the options, or none. */
export type Case = {
  readonly facts: Facts
  /** The only answers there are, each with its exact consequence. */
  readonly options: readonly { readonly id: string; readonly text: string }[]
  /** What applies when nobody answers. */
  readonly defaultOptionId: string
}

/** Eight digits: more than any price here has, without a float's noise; null for what is no number. */
export const factOf = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(8)) : null)
