import type { PositionView } from '../../../shared/contract/views.ts'
import { Age } from '../../parts/age.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Amount, Pnl, Price, RMultiple } from '../../parts/number.tsx'
import { act } from '../../stores/actions.ts'
import { baseOf, quoteOf } from '../../stores/precision.ts'

/** Says what will happen, in the order in which it will. */
export function CloseDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const { id, symbol, side, amount, protection, isStale } = position
  const isLong = side === 'long'
  return (
    <ConfirmDialog
      title={`Close ${side} ${symbol} at market?`}
      description="The whole position is closed. Core, bags and other positions are not touched."
      confirm={isLong ? 'Sell at market' : 'Buy back at market'}
      look="danger"
      onConfirm={() => act('position.close', { id })}
      onClose={onClose}
    >
      <div className="stays-open">
        <h3>What will happen</h3>
        <ol>
          <li>
            {protection.orderId === null ? (
              'No stop rests at the exchange: there is none to cancel.'
            ) : (
              <>
                Its stop at the exchange (<Price symbol={symbol} text={protection.trigger} />) is cancelled first.
              </>
            )}
          </li>
          <li>
            <Amount asset={baseOf(symbol)} text={amount} /> {baseOf(symbol)} {isLong ? 'are sold' : 'are bought back'}{' '}
            at market, at <Price symbol={symbol} text={position.closeWorstPrice} isStale={isStale} /> or better.
            {isStale && (
              <>
                {' '}
                The price is old (<Age at={position.markAt} isStale />
                ): the worst price follows the price of the moment it is sent.
              </>
            )}
          </li>
          <li>What does not fill at once is sent again, until nothing is left.</li>
        </ol>
      </div>
      <dl className="outcomes">
        <div>
          <dt>At the mark of</dt>
          <dd>
            <Price symbol={symbol} text={position.mark} isStale={isStale} />
          </dd>
        </div>
        <div>
          <dt>It would bring, before the exit fee, {quoteOf(symbol)}</dt>
          <dd>
            <Pnl text={position.unrealized} percent={position.unrealizedPercent} isStale={isStale} />
          </dd>
        </div>
        <div>
          <dt>The whole trade</dt>
          <dd>
            <RMultiple text={position.rMultiple} />
          </dd>
        </div>
      </dl>
    </ConfirmDialog>
  )
}
