export { aDatabase, anEmptyDatabase, stopTestServerNow, type TestDatabase } from './a-database.ts'
