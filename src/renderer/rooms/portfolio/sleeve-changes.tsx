import { Amount } from '../../parts/number.tsx'
import type { SleeveChange } from './sleeve-move.ts'

/** Before → after, per sleeve. */
export function SleeveChanges({ asset, changes }: { asset: string; changes: readonly SleeveChange[] }) {
  return (
    <dl className="outcomes">
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt>
            {name} would hold, {asset}
          </dt>
          <dd>
            <span className="faint">
              <Amount asset={asset} text={before} />
            </span>{' '}
            → <Amount asset={asset} text={after} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
