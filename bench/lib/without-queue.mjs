// Loaded into a server by --import: starts each request at once, so that the queue can be compared with none.
import { LoadShedder } from '../../packages/adapters-http/dist/server/shed-load.js'

LoadShedder.prototype.admit = ({ req, res }, handle) => handle(req, res)
Object.defineProperty(LoadShedder.prototype, 'connectionAccepted', { get: () => () => undefined })
