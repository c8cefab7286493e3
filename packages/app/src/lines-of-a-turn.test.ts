import { expect } from 'chai'
import { LinesOfATurn } from './lines-of-a-turn.ts'

describe('LinesOfATurn', () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

  it('are written together, in their order, at the end of the turn', async () => {
    const written: string[] = []
    const lines = new LinesOfATurn({ write: (text) => written.push(text) })
    lines.write('one\n')
    await Promise.resolve()
    lines.write('two\n')
    expect(written).to.deep.equal([])
    await nextTurn()
    expect(written).to.deep.equal(['one\ntwo\n'])
    lines.write('three\n')
    await nextTurn()
    expect(written).to.deep.equal(['one\ntwo\n', 'three\n'])
  })

  it('are written at once, and once, where the process is about to end', async () => {
    const written: string[] = []
    const lines = new LinesOfATurn({ write: (text) => written.push(text) })
    lines.write('the last\n')
    lines.flush()
    expect(written).to.deep.equal(['the last\n'])
    await nextTurn()
    lines.flush()
    expect(written).to.deep.equal(['the last\n'])
  })
})
