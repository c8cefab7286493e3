export { defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
export { MagicAudioSniffer } from './magic-audio-sniffer.ts'
export { WorkerAudioProbe, type WorkerAudioProbeOptions } from './worker-audio-probe.ts'
