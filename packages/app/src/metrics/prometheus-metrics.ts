import type { FinishedRequest, HttpMetrics, StreamDirection } from '@audiohost/adapters-http'
import type { Incident } from '@audiohost/core'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

const prefix = 'audiohost_'

// From an answer out of memory to the download of a long recording.
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600]

/** Methods that routes have; others come from clients and would make labels without bound. */
const routeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])

const storageCodes: ReadonlySet<string> = new Set([
  'storage_full',
  'storage_unavailable',
  'content_missing',
  'content_damaged',
])

/** Gauges of prom-client whose names end in `_total`, which Prometheus reserves for counters. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A number that is read when Prometheus asks for it. */
export interface Reading {
  readonly name: string
  readonly help: string
  /** `counter` only grows, for as long as the process runs. */
  readonly kind: 'counter' | 'gauge'
  readonly labels?: readonly string[]
  readonly read: () => number | readonly LabelledValue[]
}

/** What one process reports to Prometheus: names begin with `audiohost_`, units are seconds and bytes. */
export class PrometheusMetrics implements HttpMetrics {
  readonly #registry = new Registry()
  readonly #requests = new Counter({
    ...this.#named('http_requests_total', 'Requests by route and status; 499 if the client left first.'),
    labelNames: ['method', 'route', 'status'],
  })
  readonly #durations = new Histogram({
    ...this.#named('http_request_duration_seconds', 'From the headers of a request to the end of its reply.'),
    labelNames: ['method', 'route'],
    buckets: durationBuckets,
  })
  readonly #inFlight = new Gauge(
    this.#named('http_requests_in_flight', 'Requests that are not answered yet.'),
  )
  readonly #problems = new Counter({
    ...this.#named('http_problems_total', 'Requests that failed, by the code of the problem.'),
    labelNames: ['code'],
  })
  readonly #refusals = new Counter({
    ...this.#named('http_refused_requests_total', 'Requests refused before a route saw them, by code.'),
    labelNames: ['code'],
  })
  readonly #streams = new Gauge({
    ...this.#named('http_open_streams', 'Audio that is being sent or received.'),
    labelNames: ['direction'],
  })
  readonly #storageFaults = new Counter({
    ...this.#named('storage_faults_total', 'Requests that failed because of the storage, by code.'),
    labelNames: ['code'],
  })
  readonly #incidents = new Counter({
    ...this.#named(
      'storage_incidents_total',
      'Content found missing or damaged, or left behind by a removal.',
    ),
    labelNames: ['kind'],
  })
  readonly #build = new Gauge({
    ...this.#named('build_info', 'Always 1; its labels name the build.'),
    labelNames: ['version', 'node_version'],
  })

  constructor({ version }: { readonly version: string }) {
    this.#build.set({ version, node_version: process.versions.node }, 1)
    // Without this, a series is absent until its first fault, as if it were never scraped.
    for (const code of storageCodes) this.#storageFaults.inc({ code }, 0)
    for (const direction of ['download', 'upload'] as const) this.#streams.set({ direction }, 0)
    for (const kind of ['content_left_behind', 'content_missing', 'content_damaged'] as const) {
      this.#incidents.inc({ kind }, 0)
    }
    collectDefaultMetrics({ register: this.#registry, prefix })
    for (const name of misnamed) this.#registry.removeSingleMetric(`${prefix}${name}`)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  render(): Promise<string> {
    return this.#registry.metrics()
  }

  requestStarted(): void {
    this.#inFlight.inc()
  }

  requestFinished({ method, route, status, durationSeconds }: FinishedRequest): void {
    const labels = { method: routeMethods.has(method) ? method : 'other', route: route ?? 'none' }
    this.#inFlight.dec()
    this.#requests.inc({ ...labels, status })
    this.#durations.observe(labels, durationSeconds)
  }

  problemReported(code: string): void {
    this.#problems.inc({ code })
    if (storageCodes.has(code)) this.#storageFaults.inc({ code })
  }

  /** A request that the server refused before the application saw it. */
  requestRefused(code: string): void {
    this.#refusals.inc({ code })
  }

  streamOpened(direction: StreamDirection): void {
    this.#streams.inc({ direction })
  }

  streamClosed(direction: StreamDirection): void {
    this.#streams.dec({ direction })
  }

  readonly incidentReported = (kind: Incident['kind']): void => {
    this.#incidents.inc({ kind })
  }

  /** Adds numbers from another part of the application. */
  addReadings(readings: readonly Reading[]): void {
    for (const reading of readings) this.#addReading(reading)
  }

  #named(name: string, help: string) {
    return { name: `${prefix}${name}`, help, registers: [this.#registry] }
  }

  #addReading({ name, help, kind, labels = [], read }: Reading): void {
    const settings = { ...this.#named(name, help), labelNames: labels }
    const valuesOf = () => {
      const values = read()
      return typeof values === 'number' ? [{ labels: {}, value: values }] : values
    }
    if (kind === 'gauge') {
      new Gauge({
        ...settings,
        collect() {
          for (const { labels, value } of valuesOf()) this.set(labels, value)
        },
      })
      return
    }
    new Counter({
      ...settings,
      collect() {
        this.reset()
        for (const { labels, value } of valuesOf()) this.inc(labels, value)
      },
    })
  }
}
