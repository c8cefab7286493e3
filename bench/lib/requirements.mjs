import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const packages = { nginx: 'nginx-light', wrk: 'wrk', curl: 'curl' }

/** @throws Error that names the packages to install where a tool is missing */
export function requireTools() {
  const missing = Object.keys(packages).filter((tool) => !isThere(tool))
  if (missing.length === 0) return
  throw new Error(
    `The bench needs ${missing.join(', ')}: apt install ${missing.map((tool) => packages[tool]).join(' ')}`,
  )
}

const isThere = (tool) =>
  process.env.PATH.split(path.delimiter).some((folder) => isProgram(path.join(folder, tool)))

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
