import type { ProposalView } from '../../../shared/contract/views.ts'
import { confidence } from '../../format.ts'
import { Price } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Fact } from './proposal-facts.tsx'
import { rewardPerRisk } from './queue.ts'

export function TacticalTrade({ trade }: { trade: NonNullable<ProposalView['trade']> }) {
  const ratio = rewardPerRisk(trade)
  return (
    <Panel title="Trade" note={trade.symbol}>
      <dl className="facts">
        <Fact name="Entry">
          <Price symbol={trade.symbol} text={trade.entry} />
        </Fact>
        <Fact name="Stop">
          <Price symbol={trade.symbol} text={trade.stop} />
        </Fact>
        <Fact name="Target">
          <Price symbol={trade.symbol} text={trade.target} />
        </Fact>
        <Fact name="Reward / risk">
          <span className="num">{ratio === null ? '—' : ratio.toFixed(2)}</span>
        </Fact>
        <Fact name="Confidence">
          <span className="num">{confidence(trade.confidence)}</span>
        </Fact>
      </dl>
    </Panel>
  )
}
