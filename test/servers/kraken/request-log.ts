import type { EpochMs } from '../../../src/shared/time.ts'
import type { Params } from './answer.ts'
import type { Fault } from './faults.ts'

/** `pending` until it takes effect, if it does so late. */
export type RequestOutcome = 'pending' | 'accepted' | 'refused' | 'lost'
export type RequestRecord = {
  readonly number: number
  readonly path: string
  /** `AddOrder`. */
  readonly name: string
  readonly params: Params
  readonly at: EpochMs
  readonly fault: Fault | null
  outcome: RequestOutcome
  /** Why it was refused. */
  error: string | null
}

/** The newest requests, and how often each client order id was sent. */
export class RequestLog {
  private readonly records: RequestRecord[] = []
  private readonly sent = new Map<string, number>()
  private readonly kept: number
  private count = 0

  constructor(kept: number) {
    this.kept = kept
  }

  start(request: Pick<RequestRecord, 'path' | 'name' | 'params' | 'at' | 'fault'>): RequestRecord {
    const record: RequestRecord = { ...request, number: ++this.count, outcome: 'pending', error: null }
    this.records.push(record)
    // By halves, because cutting one off a long list each time is not cheap.
    if (this.records.length > 2 * this.kept) this.records.splice(0, this.records.length - this.kept)
    const id = request.params.cl_ord_id
    if (request.name === 'AddOrder' && id !== undefined) this.sent.set(id, this.timesSent(id) + 1)
    return record
  }

  /** Oldest first; of one endpoint when named. */
  all(name?: string): readonly RequestRecord[] {
    return name === undefined ? this.records : this.records.filter((record) => record.name === name)
  }

  /** AddOrder requests with this client order id, whatever became of them. */
  timesSent(clientOrderId: string): number {
    return this.sent.get(clientOrderId) ?? 0
  }

  get total(): number {
    return this.count
  }
}
