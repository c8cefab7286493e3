import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { variableNames } from './config.ts'
import type { Environment } from './config-values.ts'

export interface LoadedEnvironment {
  readonly variables: Environment
  readonly warnings: readonly string[]
}

/** Lines of `.env` that are for docker compose. */
export const composeNames: readonly string[] = ['POSTGRES_PASSWORD']

/** The process's environment over the lines of `.env` in this folder, where there is one. */
export async function loadEnvironment(
  folder: string,
  processEnvironment: Environment,
): Promise<LoadedEnvironment> {
  const file = parseEnv(await readOptional(`${folder}/.env`))
  const unknown = Object.keys(file).filter((name) => ![...variableNames, ...composeNames].includes(name))
  return {
    variables: { ...file, ...processEnvironment },
    warnings: unknown.map((name) => `.env sets ${name}, which audiohost does not know`),
  }
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
