import type { TestReply } from './test-client.ts'

/** What a retry must find as it was; ids of requests and times are those of the retry. */
export const answerOf = ({ status, headers, setCookies, body, text }: TestReply) => ({
  status,
  setCookies,
  body: status >= 400 ? { ...body, request_id: undefined } : text,
  kept: ['location', 'content-type', 'clear-site-data', 'cache-control'].map((name) => headers.get(name)),
})
