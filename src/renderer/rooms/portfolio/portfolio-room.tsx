import { RoomFrame } from '../../parts/panel.tsx'
import { AssetTable } from './asset-table.tsx'
import { Bags } from './bags.tsx'
import { CheckPanel } from './check-panel.tsx'
import { DriftBars } from './drift-bars.tsx'
import { Gains } from './gains.tsx'
import { History } from './history.tsx'
import { MovementHistory } from './movement-history.tsx'
import { PortfolioDialogs } from './portfolio-dialogs.tsx'
import { WaitingMovements } from './waiting-movements.tsx'

export function PortfolioRoom() {
  return (
    <RoomFrame title="Portfolio" className="portfolio">
      <WaitingMovements />
      <div className="portfolio-top">
        <DriftBars />
        <CheckPanel />
        <Bags />
      </div>
      <AssetTable />
      <MovementHistory />
      <Gains />
      <History />
      <PortfolioDialogs />
    </RoomFrame>
  )
}
