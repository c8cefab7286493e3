// Loaded into the app by `--import`, for the runs that must fail: what it says it has synced, it has not.
import { open } from 'node:fs/promises'

const file = await open(new URL(import.meta.url))
const FileHandle = Object.getPrototypeOf(file)
await file.close()
FileHandle.sync = async () => undefined
FileHandle.datasync = async () => undefined
