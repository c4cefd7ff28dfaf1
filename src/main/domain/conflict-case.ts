import { type Case, factOf } from './case.ts'
import type { Conflict, ConflictSide } from './conflict.ts'

/** What a model is shown of a conflict. Nothing in it comes from outside but numbers. */
export const caseOf = ({ type, symbol, sides, options, defaultOptionId }: Conflict): Case => ({
  facts: { conflict: type, symbol, first: factsOf(sides[0]), second: factsOf(sides[1]) },
  options,
  defaultOptionId,
})

const factsOf = ({ who, says, confidence, values }: ConflictSide): Case['facts'] => ({
  from: who,
  says,
  confidence: confidence === null ? null : factOf(confidence),
  values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, factOf(value)])),
})
