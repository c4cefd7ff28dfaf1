import { fixed, toShape } from '../../format.ts'

/** In words, how the risk of a day compares with the cost. */
export function comparison(cost: string, risk: string): string {
  const times = toShape(cost) === 0 ? Number.POSITIVE_INFINITY : toShape(risk) / toShape(cost)
  if (times === Number.POSITIVE_INFINITY) return 'and trading costs nothing'
  if (times < 0.95) return 'less than trading costs: waiting is cheap'
  if (times < 1.05) return 'about what trading costs'
  return `${fixed(times.toFixed(1), 1)} times the cost`
}
