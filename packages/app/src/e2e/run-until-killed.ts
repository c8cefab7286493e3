import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Runs a program beside this file, which kills itself in the end; what it said before, from JSON. */
export async function runUntilKilled(program: string, assignment: object): Promise<unknown> {
  const { pathname } = new URL(program, import.meta.url)
  const args = ['--import', tsx, '--conditions=@audiohost/source', pathname, JSON.stringify(assignment)]
  const killed = await new Promise<{ signal: unknown; output: string; errors: string }>((resolve) => {
    execFile(process.execPath, args, (error, output, errors) => {
      resolve({ signal: error?.signal, output, errors })
    })
  })
  expect(killed.signal, killed.errors).to.equal('SIGKILL')
  return JSON.parse(killed.output)
}
