import { ShieldAlert, ShieldCheck } from 'lucide-react'
import { useLoaded } from '../../stores/use-loaded.ts'

const SHOWN_DIGITS = 12

/** Where the audit's chain ends: who has noted it somewhere else can tell whether anything before it was changed. */
export function AuditHead({ version }: { version: number }) {
  const { data } = useLoaded('journal.head', {}, version)
  if (data === null) return null
  return data.problem === null ? (
    <p className="audit-head">
      <ShieldCheck size={13} aria-hidden="true" /> Audit ends at row <span className="num">{data.seq}</span> (
      <code title={data.hash}>{data.hash.slice(0, SHOWN_DIGITS)}</code>): noted outside the database, and in the name of
      every export.
    </p>
  ) : (
    <p className="audit-head is-bad" role="alert">
      <ShieldAlert size={13} aria-hidden="true" /> {data.problem}
    </p>
  )
}
