import { z } from 'zod'

/** One rule of the risk engine, and what it said, in one sentence. */
export const RuleView = z.object({
  rule: z.string(),
  outcome: z.enum(['passed', 'cut', 'refused']),
  text: z.string(),
})
export type RuleView = z.infer<typeof RuleView>
