import './schema-setup.ts'
import '@fontsource-variable/inter/wght.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/shell.css'
import './theme/top-bar.css'
import './theme/nav.css'
import './theme/status-bar.css'
import './theme/banners.css'
import './theme/live.css'
import './theme/sizes.css'
import './theme/controls.css'
import './theme/fields.css'
import './theme/tables.css'
import './theme/overlays.css'
import './theme/orders.css'
import './theme/portfolio.css'
import './theme/holdings.css'
import './theme/decisions.css'
import './theme/case.css'
import './theme/plan.css'
import './theme/journal.css'
import './theme/agents-top.css'
import './theme/agents.css'
import './theme/agent-details.css'
import './theme/calibration.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { client, link } from './client.ts'
import { startFeed } from './stores/feed.ts'
import { useProjection } from './stores/projection.ts'
import { startRouting } from './stores/route.ts'

startRouting()
startFeed(client, link, useProjection)

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
