/** What the search can be narrowed to; prices are sampled, not kept. */
export const TOPICS = [
  'proposals',
  'conflicts',
  'execution_events',
  'position_updates',
  'portfolio_updates',
  'trading_signals',
  'ta_signals',
  'regime_updates',
  'risk_alerts',
  'system_events',
  'market_data',
] as const

/** JSON text made readable; as it is when it is none. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
