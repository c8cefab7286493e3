// npm run -s audiohost -- COMMAND: the command line of the app, from this checkout.
import { build, install } from './setup.mjs'

install({ tools: false })
build()
const { main } = await import('../packages/app/dist/main.js')
await main(process.argv.slice(2))
