import { Panel, RoomFrame } from '../../parts/panel.tsx'
import { AssetTable } from './asset-table.tsx'
import { Bags } from './bags.tsx'
import { CheckPanel } from './check-panel.tsx'
import { DriftBars } from './drift-bars.tsx'
import { History } from './history.tsx'

export function PortfolioRoom() {
  return (
    <RoomFrame title="Portfolio" className="portfolio">
      <DriftBars />
      <CheckPanel />
      <Bags />
      <Panel title="Assets" className="assets-panel">
        <AssetTable />
      </Panel>
      <History />
    </RoomFrame>
  )
}
