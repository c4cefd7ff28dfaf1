import { busAuditBench } from './bus-audit.ts'
import { busMemoryBench } from './bus-memory.ts'
import { busPrioritiesBench } from './bus-priorities.ts'
import { busPublishBench } from './bus-publish.ts'
import type { BenchContext, Row } from './measure.ts'

export const busBench = async (context: BenchContext): Promise<Row[]> => [
  ...(await busPublishBench(context)),
  ...(await busPrioritiesBench(context)),
  ...(await busMemoryBench(context)),
  ...(await busAuditBench(context)),
]
