/**
 * The tags that are shown, by our names, with the names that files use for them: those of Vorbis comments as MusicBrainz
 * Picard writes them. Readers of other tags translate into these. The first name that has a value counts.
 */
export const shownTags = {
  title: ['TITLE'],
  artist: ['ARTIST', 'ARTISTS'],
  album: ['ALBUM'],
  album_artist: ['ALBUMARTIST', 'ALBUMARTISTS'],
  composer: ['COMPOSER'],
  lyricist: ['LYRICIST'],
  conductor: ['CONDUCTOR'],
  remixer: ['REMIXER'],
  producer: ['PRODUCER'],
  genre: ['GENRE'],
  year: ['YEAR'],
  date: ['DATE', 'RELEASEDATE'],
  original_date: ['ORIGINALDATE', 'ORIGINALYEAR'],
  track: ['TRACKNUMBER'],
  disc: ['DISCNUMBER'],
  comment: ['COMMENT'],
  description: ['LONGDESCRIPTION', 'DESCRIPTION'],
  lyrics: ['LYRICS'],
  subtitle: ['SUBTITLE'],
  grouping: ['GROUPING'],
  publisher: ['PUBLISHER', 'LABEL'],
  copyright: ['COPYRIGHT'],
  license: ['LICENSE'],
  language: ['LANGUAGE'],
  mood: ['MOOD'],
  key: ['KEY'],
  bpm: ['BPM'],
  isrc: ['ISRC'],
  barcode: ['BARCODE'],
  website: ['WEBSITE'],
  encoded_by: ['ENCODEDBY'],
  encoder: ['ENCODERSETTINGS'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Other spellings, without spaces, hyphens and underscores. */
const aliases: Readonly<Record<string, string>> = {
  TRACK: 'TRACKNUMBER',
  TOTALTRACKS: 'TRACKTOTAL',
  DISC: 'DISCNUMBER',
  DISK: 'DISCNUMBER',
  DISKNUMBER: 'DISCNUMBER',
  TOTALDISCS: 'DISCTOTAL',
  UNSYNCEDLYRICS: 'LYRICS',
  UNSYNCLYRICS: 'LYRICS',
  CONTENTGROUP: 'GROUPING',
  INITIALKEY: 'KEY',
  TEMPO: 'BPM',
  ORGANIZATION: 'LABEL',
  MIXARTIST: 'REMIXER',
  WEBLINK: 'WEBSITE',
  ORIGYEAR: 'ORIGINALYEAR',
}

/** What is not shown as a tag, but as a fact of its own. */
const factNames = [
  'TRACKTOTAL',
  'DISCTOTAL',
  'REPLAYGAINTRACKGAIN',
  'REPLAYGAINTRACKPEAK',
  'REPLAYGAINALBUMGAIN',
  'REPLAYGAINALBUMPEAK',
  'RVA2TRACKGAIN',
  'RVA2TRACKPEAK',
  'RVA2ALBUMGAIN',
  'RVA2ALBUMPEAK',
  'ID3TYER',
  'ID3TDAT',
  'ID3TIME',
  'R128TRACKGAIN',
  'R128ALBUMGAIN',
  'OPUSOUTPUTGAIN',
  'MUSICBRAINZTRACKID',
  'MUSICBRAINZRELEASETRACKID',
  'MUSICBRAINZALBUMID',
  'MUSICBRAINZRELEASEGROUPID',
  'MUSICBRAINZARTISTID',
  'MUSICBRAINZALBUMARTISTID',
  'MUSICBRAINZWORKID',
]

const known = new Set<string>([...Object.values(shownTags).flat(), ...factNames])

/** "MusicBrainz Album Id", "musicbrainz_albumid" and "Album Artist" are written with and without separators. */
export function canonicalName(name: string): string {
  const plain = name.slice(0, 100).toUpperCase().replace(/[ _-]/g, '')
  return aliases[plain] ?? plain
}

export const isKnownName = (canonical: string): boolean => known.has(canonical)
