import type { Asset, ProposalId, TradedPair } from '../../shared/ids.ts'
import { amount, money } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { PlanDetails } from '../domain/proposal.ts'
import { exactText, oneOf, shownText } from './columns.ts'
import { fieldsOf, itemsOf, numberIn, textIn, textOrNullIn } from './json.ts'
import { SIDES } from './orders.ts'

const TRIGGERS: readonly PlanDetails['trigger'][] = ['drift', 'forced', 'new_money', 'resumed']

export const detailsToJson = (details: PlanDetails): string =>
  JSON.stringify({
    trigger: details.trigger,
    resumes: details.resumes,
    cost: shownText(details.cost),
    slippageBound: shownText(details.slippageBound),
    folded: details.folded.map((trade) => ({
      symbol: trade.symbol,
      side: trade.side,
      amount: exactText(trade.amount),
    })),
    gains: details.gains.map((gain) => ({
      asset: gain.asset,
      acquiredAt: gain.acquiredAt,
      amount: exactText(gain.amount),
      cost: gain.cost === null ? null : shownText(gain.cost),
      proceeds: shownText(gain.proceeds),
    })),
    driftRiskPerDay: details.driftRiskPerDay === null ? null : shownText(details.driftRiskPerDay),
  })

export function detailsFromJson(text: string): PlanDetails {
  const details = fieldsOf(JSON.parse(text), 'details')
  const moneyOrNull = (value: string | null) => (value === null ? null : money(value))
  return {
    trigger: oneOf(TRIGGERS, details.trigger),
    resumes: textOrNullIn(details, 'resumes') as ProposalId | null,
    cost: money(textIn(details, 'cost')),
    slippageBound: money(textIn(details, 'slippageBound')),
    folded: itemsOf(details.folded, 'details.folded', (trade) => ({
      symbol: textIn(trade, 'symbol') as TradedPair,
      side: oneOf(SIDES, trade.side),
      amount: amount(textIn(trade, 'amount')),
    })),
    gains: itemsOf(details.gains, 'details.gains', (gain) => ({
      asset: textIn(gain, 'asset') as Asset,
      acquiredAt: epochMs(numberIn(gain, 'acquiredAt')),
      amount: amount(textIn(gain, 'amount')),
      cost: moneyOrNull(textOrNullIn(gain, 'cost')),
      proceeds: money(textIn(gain, 'proceeds')),
    })),
    driftRiskPerDay: moneyOrNull(textOrNullIn(details, 'driftRiskPerDay')),
  }
}
