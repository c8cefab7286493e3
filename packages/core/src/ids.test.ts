import { expect } from 'chai'
import { newAudioId, newSessionId, newUserId, parseAudioId, parseSessionId, parseUserId } from './ids.ts'
import { SequentialIds } from './in-memory/sequential-ids.ts'

describe('ids', () => {
  const id = '0190a0b0-c0d0-7abc-8def-0123456789ab'

  it('parses an id to its canonical lower-case form', () => {
    for (const parse of [parseUserId, parseSessionId, parseAudioId]) {
      expect(parse(id)).to.equal(id)
      expect(parse(id.toUpperCase())).to.equal(id)
    }
  })

  for (const text of [
    '',
    'me',
    ` ${id}`,
    `${id}\n`,
    `{${id}}`,
    `urn:uuid:${id}`,
    id.replaceAll('-', ''),
    id.slice(0, -1),
    `${id}0`,
    id.replace('7abc', '0abc'),
    id.replace('7abc', '9abc'),
    id.replace('8def', 'cdef'),
    id.replace('0190', '019g'),
    id.replace('a0b0', 'a0b０'),
    '../../../etc/passwd',
    '00000000-0000-0000-0000-000000000000',
  ]) {
    it(`does not parse ${JSON.stringify(text)}`, () => {
      for (const parse of [parseUserId, parseSessionId, parseAudioId]) expect(parse(text)).to.equal(undefined)
    })
  }

  it('makes new ids by the generator', () => {
    const ids = new SequentialIds()
    expect([newUserId(ids), newSessionId(ids), newAudioId(ids)]).to.deep.equal([
      '00000000-0000-7000-8000-000000000001',
      '00000000-0000-7000-8000-000000000002',
      '00000000-0000-7000-8000-000000000003',
    ])
  })
})
