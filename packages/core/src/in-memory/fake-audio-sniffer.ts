import type { AudioFormat } from '../audio/audio-format.ts'
import type { AudioSniffer, SniffVerdict } from '../audio/audio-sniffer.ts'

const signatures: readonly (readonly [RegExp, AudioFormat])[] = [
  [/^ID3/, 'mp3'],
  [/^RIFF.{4}WAVE/s, 'wav'],
  [/^fLaC/, 'flac'],
  [/^OggS/, 'ogg'],
]

/** Knows four formats by their first bytes, and `FWS` (Flash) as one that is not supported. */
export class FakeAudioSniffer implements AudioSniffer {
  async sniff(head: Uint8Array): Promise<SniffVerdict> {
    const text = Buffer.from(head).toString('latin1')
    if (text.startsWith('FWS')) return { verdict: 'unsupported', format: 'swf' }
    const known = signatures.find(([signature]) => signature.test(text))
    return known ? { verdict: 'audio', format: known[1] } : { verdict: 'not-audio' }
  }
}
