import { malformedBody, type PartHeaders } from './multipart-parser.ts'

export interface FormPart {
  readonly name: string
  /** As the client wrote it, not cleaned; `undefined` where the part does not claim to be a file. */
  readonly fileName: string | undefined
}

const parameter = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gs

/** RFC 7578 section 4.2. @throws HttpProblem 400 where the part has no name, or hides its bytes in an encoding */
export function readPart(headers: PartHeaders): FormPart {
  const disposition = headers.get('content-disposition') ?? ''
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, token] of disposition.matchAll(parameter)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? (token ?? '') : unquote(quoted))
  }
  const name = parameters.get('name')
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) {
    throw malformedBody('A part of the form has no Content-Disposition with a name')
  }
  refuseEncoding(headers.get('content-transfer-encoding'))
  return { name, fileName: extendedValue(parameters.get('filename*')) ?? parameters.get('filename') }
}

/** Quotes arrive as `\"` from curl and as `%22` from browsers (WHATWG HTML, multipart/form-data encoding). */
const unquote = (text: string): string => text.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"')

/** RFC 8187. RFC 7578 forbids it in forms, and some clients send it all the same. */
function extendedValue(text: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.+)$/i.exec(text ?? '') ?? []
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** RFC 7578 section 4.7 deprecates the header; the identity encodings do no harm. */
function refuseEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(binary|7bit|8bit)$/i.test(encoding)) return
  throw malformedBody(
    'A part of the form has a Content-Transfer-Encoding that is not accepted: send plain bytes',
  )
}
