import type { MusicBrainzIds } from '@audiohost/core'
import type { DecodedBlock } from './tag-block.ts'
import { definedOnly, valuesOf } from './tag-values.ts'

const mostIds = 50
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

/** Picard calls the recording a track, and a release an album. */
export function musicBrainzOf(blocks: readonly DecodedBlock[]): MusicBrainzIds | undefined {
  const all = (name: string): readonly string[] | undefined => {
    const ids = valuesOf(blocks, [`MUSICBRAINZ${name}`]).flatMap((value) => value.match(uuid) ?? [])
    const distinct = [...new Set(ids.map((id) => id.toLowerCase()))].slice(0, mostIds)
    return distinct.length > 0 ? distinct : undefined
  }
  const ids = {
    recordingId: all('TRACKID')?.[0],
    trackId: all('RELEASETRACKID')?.[0],
    releaseId: all('ALBUMID')?.[0],
    releaseGroupId: all('RELEASEGROUPID')?.[0],
    artistIds: all('ARTISTID'),
    albumArtistIds: all('ALBUMARTISTID'),
    workIds: all('WORKID'),
  }
  return definedOnly(ids)
}
