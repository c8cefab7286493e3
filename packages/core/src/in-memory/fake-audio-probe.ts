import { contentTypeOf, type AudioFormat } from '../audio/audio-format.ts'
import type { AudioProbe, ProbeVerdict, RandomAccessContent } from '../audio/audio-probe.ts'
import type { MediaFacts } from '../audio/audio.ts'
import { sniffedBytes } from '../audio/audio-sniffer.ts'

/**
 * Believes markers in the first bytes: `<truncated>`, `<unreadable>`, `<too-complex>`, `<unsupported>`, and
 * `<title:...>` for a tag. Everything else is one second of audio for each kilobyte.
 */
export class FakeAudioProbe implements AudioProbe {
  async probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    const head = Buffer.from(await content.read(0, sniffedBytes)).toString('utf8')
    if (head.includes('<truncated>')) return { verdict: 'truncated' }
    if (head.includes('<unreadable>')) return { verdict: 'unreadable' }
    if (head.includes('<too-complex>')) return { verdict: 'too-complex' }
    if (head.includes('<unsupported>'))
      return { verdict: 'unsupported', format: `${format} of an unknown kind` }
    return { verdict: 'audio', media: factsOf(head, content.sizeBytes, format) }
  }
}

function factsOf(head: string, sizeBytes: number, format: AudioFormat): MediaFacts {
  const title = /<title:([^>]*)>/.exec(head)?.[1]
  return {
    contentType: contentTypeOf[format],
    codec: format,
    durationSeconds: sizeBytes / 1000,
    bitrate: 8000,
    sampleRate: 44_100,
    channels: 2,
    bitDepth: undefined,
    lossless: false,
    tags: title === undefined ? {} : { title },
    hasCover: false,
    replayGain: undefined,
    r128Gain: undefined,
    musicBrainz: undefined,
    chapters: [],
  }
}
