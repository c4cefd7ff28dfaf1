import { useState } from 'react'
import { releasePhrase } from '../../../shared/contract/release-phrase.ts'
import type { AssetView } from '../../../shared/contract/views.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { NumberField } from '../../parts/number-field.tsx'
import { Segments } from '../../parts/segments.tsx'
import { act } from '../../stores/actions.ts'
import { useView } from '../../stores/projection.ts'
import { SleeveChanges } from './sleeve-changes.tsx'
import { bagMove, typedAmount } from './sleeve-move.ts'

type Props = { kind: 'add' | 'release'; onClose: () => void }

const WORDS = {
  add: {
    title: 'Add to a bag',
    text: 'From core into the bag: from then on it is never sold and not rebalanced. Nothing is bought or sold now.',
    confirm: 'Add to bag',
    from: 'Core',
  },
  release: {
    title: 'Release from a bag',
    text: 'From the bag into core: from then on it is rebalanced, and may be sold. Nothing is bought or sold now.',
    confirm: 'Release from bag',
    from: 'The bag',
  },
} as const

/** Moves an amount between core and a bag. A release is typed word for word: it gives up what was to be kept for good. */
export function BagDialog({ kind, onClose }: Props) {
  const assets = useView((view) => view.portfolio.assets)
  const [name, setName] = useState(() => firstAsset(kind, assets))
  const [text, setText] = useState('')
  const asset = assets.find((each) => each.asset === name)
  const words = WORDS[kind]
  if (asset === undefined) return null
  const most = kind === 'add' ? asset.core : asset.hodl
  const { amount, problem } = typedAmount(text, { most, decimals: asset.decimals, holder: words.from })
  const phrase = amount === null || kind === 'add' ? null : releasePhrase(amount, name)

  return (
    <ConfirmDialog
      title={words.title}
      description={words.text}
      confirm={words.confirm}
      look={kind === 'add' ? 'primary' : 'danger'}
      reason={{ label: 'Reason (kept in the ledger)', initial: '' }}
      {...(phrase === null ? {} : { phrase: { word: phrase, why: 'It is protected no longer.' } })}
      isBlocked={amount === null}
      onConfirm={(reason) =>
        amount === null
          ? Promise.resolve(false)
          : kind === 'add'
            ? act('bag.add', { asset: name, amount, reason })
            : act('bag.release', { asset: name, amount, reason, confirmation: releasePhrase(amount, name) })
      }
      onClose={onClose}
    >
      <div className="dialog-choice">
        <Segments
          label="Asset"
          options={assets.map((each) => ({ value: each.asset, name: each.asset }))}
          value={name}
          onChange={(next) => {
            setName(next)
            setText('')
          }}
        />
      </div>
      <NumberField
        label={`Amount, ${name}`}
        text={text}
        problem={problem}
        onChange={setText}
        shortcut={
          kind === 'release' &&
          /[1-9]/.test(most) && (
            <Button look="quiet" className="small" onClick={() => setText(most)}>
              Whole bag
            </Button>
          )
        }
      />
      <SleeveChanges asset={name} changes={bagMove(kind, asset, amount ?? '0')} />
    </ConfirmDialog>
  )
}

/** The first of which there is something to move. */
const firstAsset = (kind: Props['kind'], assets: readonly AssetView[]): string =>
  (assets.find(({ core, hodl }) => /[1-9]/.test(kind === 'add' ? core : hodl)) ?? assets[0])?.asset ?? ''
