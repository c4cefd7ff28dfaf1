/** First in, first out, without moving what is queued; doubles when full and never shrinks. */
export class Ring<T> {
  length = 0
  private slots: (T | undefined)[] = new Array(16)
  private head = 0
  private readonly isNeeded: ((item: T) => boolean) | null

  /** @param isNeeded asked before growing: items that are no longer needed make room instead. */
  constructor(isNeeded: ((item: T) => boolean) | null = null) {
    this.isNeeded = isNeeded
  }

  push(item: T): void {
    if (this.length === this.slots.length) this.makeRoom()
    this.slots[(this.head + this.length) & (this.slots.length - 1)] = item
    this.length++
  }

  peek(): T | undefined {
    return this.slots[this.head]
  }

  shift(): T | undefined {
    const item = this.slots[this.head]
    if (item === undefined) return undefined
    this.slots[this.head] = undefined
    this.head = (this.head + 1) & (this.slots.length - 1)
    this.length--
    return item
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.length; i++) yield this.slots[(this.head + i) & (this.slots.length - 1)] as T
  }

  /** Keeps the items that pass, in their order. */
  retain(isKept: (item: T) => boolean): void {
    const kept = [...this].filter(isKept)
    this.slots.fill(undefined)
    this.head = 0
    this.length = 0
    for (const item of kept) this.push(item)
  }

  private makeRoom(): void {
    if (this.isNeeded !== null) this.retain(this.isNeeded)
    // Growing at half full keeps the cost of `retain` in proportion to the pushes between two of them.
    if (this.length <= this.slots.length / 2) return
    const slots: (T | undefined)[] = new Array(this.slots.length * 2)
    let i = 0
    for (const item of this) slots[i++] = item
    this.slots = slots
    this.head = 0
  }
}

/** The last `capacity` items. */
export class History<T> {
  private readonly items: T[] = []
  private readonly capacity: number
  private next = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  push(item: T): void {
    this.items[this.next] = item
    this.next = this.next + 1 === this.capacity ? 0 : this.next + 1
  }

  /** Null when nothing was pushed. */
  last(): T | null {
    return this.items[(this.next === 0 ? this.items.length : this.next) - 1] ?? null
  }

  /** A copy, oldest first. */
  toArray(): T[] {
    if (this.items.length < this.capacity) return this.items.slice()
    return [...this.items.slice(this.next), ...this.items.slice(0, this.next)]
  }
}
