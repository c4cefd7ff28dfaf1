import { BookOpen, Search } from 'lucide-react'
import { useDeferredValue, useRef, useState } from 'react'
import { words } from '../../format.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useKeys } from '../../stores/keys.ts'
import { goTo } from '../../stores/route.ts'
import { AuditHead } from './audit-head.tsx'
import { MessageTable } from './message-table.tsx'
import { TOPICS } from './topics.ts'
import { Trace } from './trace.tsx'

export function Messages({ traceId }: { traceId: string | null }) {
  const [text, setText] = useState('')
  const [topic, setTopic] = useState('')
  const [turns, setTurns] = useState(0)
  const deferred = useDeferredValue(text)
  const input = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => input.current?.focus() })
  return (
    <div className="journal-pair">
      <Panel
        title="Messages"
        note="newest first"
        className="messages-panel"
        actions={
          <Button className="small" onClick={() => setTurns((n) => n + 1)}>
            Refresh
          </Button>
        }
      >
        <search className="filters" aria-label="Search the journal">
          <label className="filter-text">
            <Search size={13} aria-hidden="true" />
            <span className="sr-only">Search messages</span>
            <input
              ref={input}
              type="search"
              placeholder="Text, id, symbol…"
              maxLength={200}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <label>
            <span>Topic</span>
            <select value={topic} onChange={(event) => setTopic(event.target.value)}>
              <option value="">All</option>
              {TOPICS.map((each) => (
                <option key={each} value={each}>
                  {words(each)}
                </option>
              ))}
            </select>
          </label>
        </search>
        <AuditHead version={turns} />
        <MessageTable
          key={`${deferred} ${topic} ${turns}`}
          text={deferred.trim() === '' ? null : deferred.trim()}
          topic={topic === '' ? null : topic}
          traceId={traceId}
          onTrace={(id) => goTo('journal', id)}
        />
      </Panel>
      <Panel title="Trace" className="trace-panel" note={traceId === null ? undefined : <code>{traceId}</code>}>
        {traceId === null ? (
          <Empty icon={<BookOpen size={20} />} title="No decision chosen">
            Choose a message to see, step by step, what led to it and what came of it.
          </Empty>
        ) : (
          <Trace key={traceId} correlationId={traceId} />
        )}
      </Panel>
    </div>
  )
}
