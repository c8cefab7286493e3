// npm start: installs and builds where needed, then serves with the settings of the environment and .env.
import { build, install } from './setup.mjs'

install({ tools: false })
build()
const { main } = await import('../packages/app/dist/main.js')
await main(['serve', '--welcome', ...process.argv.slice(2)])
