import { releasePhrase } from '../../../shared/contract/release-phrase.ts'
import type { AssetView, MovementView } from '../../../shared/contract/views.ts'
import { Age, When } from '../../parts/age.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Amount, Money } from '../../parts/number.tsx'
import { act } from '../../stores/actions.ts'
import { useView } from '../../stores/projection.ts'
import { MOVEMENT_WORDS, placeName } from './movement-words.ts'
import { SleeveChanges } from './sleeve-changes.tsx'
import { movementInto } from './sleeve-move.ts'

type Props = { movement: MovementView; asset: AssetView; sleeve: 'core' | 'hodl'; onClose: () => void }

const CONSEQUENCES = {
  in: {
    core: 'It becomes part of core: the next check counts it, and may propose to buy what is underweight with it.',
    hodl: 'It goes into the bag: it is never sold and not rebalanced.',
  },
  out: {
    core: 'Core pays for it: the next check counts what is left.',
    hodl: 'The bag pays for it: what was never to be sold becomes less.',
  },
} as const

/** Says which sleeve a deposit, withdrawal or reward belongs to. Out of a bag it is typed, as a release is. */
export function ClassifyDialog({ movement, asset, sleeve, onClose }: Props) {
  const quote = useView((view) => view.status.quote)
  const { id, kind, amount, value, at } = movement
  const isOut = kind === 'withdrawal'
  const change = movementInto(sleeve, asset, movement)
  const phrase = isOut && sleeve === 'hodl' ? releasePhrase(amount, asset.asset) : null
  return (
    <ConfirmDialog
      title={`${MOVEMENT_WORDS[kind].name}: ${isOut ? 'from' : 'to'} ${placeName(sleeve, asset.asset)}?`}
      description={CONSEQUENCES[isOut ? 'out' : 'in'][sleeve]}
      confirm={isOut ? `Take it from ${PLACES[sleeve]}` : `Give it to ${PLACES[sleeve]}`}
      look={phrase === null ? 'primary' : 'danger'}
      reason={{ label: 'Reason (kept in the ledger)', initial: '' }}
      {...(phrase === null ? {} : { phrase: { word: phrase, why: 'It leaves a bag for good.' } })}
      isBlocked={change.isBelowZero}
      onConfirm={(reason) => act('movement.classify', { id, sleeve, reason, confirmation: phrase ?? '' })}
      onClose={onClose}
    >
      <dl className="facts dialog-facts">
        <div>
          <dt>Amount</dt>
          <dd>
            {isOut ? '−' : '+'}
            <Amount asset={asset.asset} text={amount} /> {asset.asset}
          </dd>
        </div>
        <div>
          <dt>Worth now, {quote}</dt>
          <dd>
            <Money text={value} isStale={asset.isStale} />{' '}
            {asset.priceAt !== null && (
              <small>
                <Age at={asset.priceAt} isStale={asset.isStale} />
              </small>
            )}
          </dd>
        </div>
        <div>
          <dt>At the exchange since</dt>
          <dd>
            <When at={at} />
          </dd>
        </div>
      </dl>
      <SleeveChanges asset={asset.asset} changes={[change]} />
      <div role="status">
        {change.isBelowZero && (
          <p className="blocked">
            <strong>{change.name} does not hold that much.</strong> It can only have come from elsewhere.
          </p>
        )}
      </div>
    </ConfirmDialog>
  )
}

const PLACES = { core: 'core', hodl: 'the bag' } as const
