export { aDatabase, anEmptyDatabase, stopTestServerNow, type TestDatabase } from './a-database.ts'
export { aProxyTo, type DatabaseProxy } from './database-proxy.ts'
export { EmbeddedFolder } from './embedded-folder.ts'
