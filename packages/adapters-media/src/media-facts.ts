import { contentTypeOf, type AudioFormat, type MediaFacts } from '@audiohost/core'
import type { AudioFacts } from './containers/container-reading.ts'
import type { TaggedFacts } from './tags/tagged-facts.ts'

/** Builds the facts of audio, without numbers that no recording has. */
export function mediaFacts(format: AudioFormat, facts: AudioFacts, tagged: TaggedFacts): MediaFacts {
  const milliseconds = sane(facts.durationSeconds, 1 / 1000, longestSeconds)
  return {
    contentType: contentTypeOf[format],
    codec: facts.codec,
    durationSeconds: milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000,
    bitrate: whole(sane(facts.bitrate, 1, 1e9)),
    sampleRate: whole(sane(facts.sampleRate, 1, 10_000_000)),
    channels: whole(sane(facts.channels, 1, 255)),
    bitDepth: whole(sane(facts.bitDepth, 1, 64)),
    lossless: facts.lossless,
    ...tagged,
  }
}

const longestSeconds = 366 * 24 * 3600

const sane = (value: number | undefined, least: number, most: number): number | undefined =>
  value !== undefined && value >= least && value <= most ? value : undefined

const whole = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value)
