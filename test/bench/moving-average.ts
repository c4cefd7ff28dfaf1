/** Mean of the last `length` values, kept as a running sum: the cheapest way there is. NaN until there are enough. */
export class MovingAverage {
  private readonly values: Float64Array
  private sum = 0
  private count = 0

  constructor(length: number) {
    this.values = new Float64Array(length)
  }

  add(value: number): number {
    const { length } = this.values
    const place = this.count++ % length
    this.sum += value - (this.values[place] as number)
    this.values[place] = value
    return this.count < length ? Number.NaN : this.sum / length
  }

  clear(): void {
    this.values.fill(0)
    this.sum = 0
    this.count = 0
  }
}

/** Slow enough that the peers trade about as rarely as a portfolio at 5 pp. */
export const FAST = 200
export const SLOW = 1_000
