import { answered, usePortfolioQuestion } from '../../stores/portfolio-questions.ts'
import { useView } from '../../stores/projection.ts'
import { BagDialog } from './bag-dialog.tsx'
import { ClassifyDialog } from './classify-dialog.tsx'
import { LotsDialog } from './lots-dialog.tsx'

/** A question about a movement ends when somebody else, or the default, has answered it. */
export function PortfolioDialogs() {
  const question = usePortfolioQuestion((state) => state.open)
  const { assets, movements } = useView((view) => view.portfolio)
  switch (question?.kind) {
    case 'add':
    case 'release':
      return <BagDialog key={question.kind} kind={question.kind} onClose={answered} />
    case 'lots':
      return <LotsDialog onClose={answered} />
    case 'classify': {
      const movement = movements.find(({ id, sleeve }) => id === question.id && sleeve === null)
      const asset = assets.find((each) => each.asset === movement?.asset)
      if (movement === undefined || asset === undefined) return null
      return <ClassifyDialog movement={movement} asset={asset} sleeve={question.sleeve} onClose={answered} />
    }
    default:
      return null
  }
}
