import { text } from 'node:stream/consumers'
import type { ReadStream } from 'node:tty'
import { read } from 'read'

/**
 * A password from the terminal, asked for twice and not shown, or else the first line of standard input.
 * It never comes from an argument: those are seen by every process of the machine.
 */
export async function readNewPassword(
  input: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY'>>,
  output: NodeJS.WritableStream,
): Promise<string> {
  if (input.isTTY !== true) return firstLine(await text(input))
  const ask = (prompt: string): Promise<string> => read({ prompt, silent: true, input, output })
  const password = await ask('Password (8 to 128 characters): ')
  output.write('\n')
  const again = await ask('The same again: ')
  output.write('\n')
  if (password !== again) throw new Error('The two passwords differ; nothing was changed')
  return password
}

function firstLine(input: string): string {
  const line = input.split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw new Error('There was no password on standard input; nothing was changed')
  return line
}
