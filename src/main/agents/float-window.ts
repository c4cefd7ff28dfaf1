/** The last `size` numbers, in one block of memory that is never reallocated. */
export class FloatWindow {
  private readonly values: Float64Array
  private next = 0
  private filled = 0

  constructor(size: number) {
    this.values = new Float64Array(size)
  }

  get isFull(): boolean {
    return this.filled === this.values.length
  }

  push(value: number): void {
    this.values[this.next] = value
    this.next = this.next + 1 === this.values.length ? 0 : this.next + 1
    if (this.filled < this.values.length) this.filled++
  }

  /** The number pushed `size` pushes ago or, while filling, the first; NaN when empty. */
  oldest(): number {
    return this.filled === 0 ? Number.NaN : (this.values[this.isFull ? this.next : 0] as number)
  }

  /** -Infinity when empty. */
  max(): number {
    let highest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < this.filled; i++) {
      const value = this.values[i] as number
      if (value > highest) highest = value
    }
    return highest
  }

  /** Infinity when empty. */
  min(): number {
    let lowest = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.filled; i++) {
      const value = this.values[i] as number
      if (value < lowest) lowest = value
    }
    return lowest
  }

  /**
   * Where the positive `value`, itself one of the numbers, ranks among the others: 0 below all, 1 above all. Those that
   * differ by no more than `tolerance` (fraction of `value`) count half, so that it is 0.5 when nothing really differs.
   */
  rankOf(value: number, tolerance: number): number {
    const lowest = value * (1 - tolerance)
    const highest = value * (1 + tolerance)
    let below = 0
    let equal = 0
    for (let i = 0; i < this.filled; i++) {
      const other = this.values[i] as number
      if (other < lowest) below++
      else if (other <= highest) equal++
    }
    return this.filled < 2 ? 0.5 : (below + Math.max(0, equal - 1) / 2) / (this.filled - 1)
  }
}
