import type { ProblemCode } from '../problem.ts'

/** A finished request: its reply was sent, or its client disconnected. */
export interface FinishedRequest {
  readonly method: string
  /** As documented, `/v1/audio/file/{id}`; `undefined` for a path that no route has. */
  readonly route: string | undefined
  /** 499 if the client left before there was a reply. */
  readonly status: number
  /** From the end of the request headers to the last byte of the reply. */
  readonly durationSeconds: number
}

/** Receives what happens on the HTTP side. Called for every request, so no method may throw or wait. */
export interface HttpMetrics {
  requestStarted(): void
  requestFinished(request: FinishedRequest): void
  /** A request was answered with this problem, or its reply was cut off because of it. */
  problemReported(code: ProblemCode): void
  streamOpened(direction: StreamDirection): void
  streamClosed(direction: StreamDirection): void
}

/** Audio on its way out of the service, or into it. */
export type StreamDirection = 'download' | 'upload'

/** The metrics of this process in the text format of Prometheus, for `GET /metrics`. */
export interface MetricsPage {
  /** What a scraper sends as `Authorization: Bearer`. */
  readonly token: string
  readonly contentType: string
  render(): Promise<string>
}
