/**
 * What one user was told, beside what the server then shows. A sound is
 * `sent` (no answer yet, or none came), `stored` (201), `leaving` (its removal has no answer yet), or `gone` (204, or it
 * was not there after a restart, from which time on it must not come back).
 */
export class Ledger {
  #sounds = new Map()
  #findings
  acknowledged = 0
  /** Without an answer or with an error, and there all the same. */
  keptUnasked = 0
  /** Sent again by their keys, and then answered. */
  answeredAgain = 0

  constructor(findings) {
    this.#findings = findings
  }

  /** `sendAgain` where it has a key. */
  sent({ sha256, bytes, title }, sendAgain) {
    const size = bytes.length
    this.#sounds.set(sha256, { sha256, size, state: 'sent', titles: [title], isBusy: true, sendAgain })
  }

  answered(sha256, { status, id }) {
    const sound = this.#sounds.get(sha256)
    sound.isBusy = false
    if (status !== 201) return
    this.acknowledged++
    Object.assign(sound, { state: 'stored', id, sendAgain: undefined })
  }

  /** With a key, and without an answer that is certain. */
  open() {
    return [...this.#sounds.values()].filter(({ state, sendAgain }) => state === 'sent' && sendAgain)
  }

  refusedAgain(sha256, status) {
    this.#findings.lost.push(`${sha256}: sent again by its key, it answered ${status}`)
  }

  /** A stored sound that nobody else works on, for this one to work on. */
  take(random) {
    const idle = [...this.#sounds.values()].filter(({ state, isBusy }) => state === 'stored' && !isBusy)
    if (idle.length === 0) return undefined
    const sound = random.oneOf(idle)
    sound.isBusy = true
    return sound
  }

  give(sound) {
    sound.isBusy = false
  }

  leaves(sound) {
    sound.state = 'leaving'
  }

  left(sound, status) {
    if (status === 404) this.lost(sound, 'its removal answered 404')
    if (status !== 204) return
    this.acknowledged++
    sound.state = 'gone'
  }

  /** From now on it may be called so. */
  named(sound, title) {
    sound.titles.push(title)
  }

  /** From now on it must be called so. */
  renamed(sound, status) {
    if (status === 404) this.lost(sound, 'its change answered 404')
    if (status !== 200) return
    this.acknowledged++
    sound.titles = sound.titles.slice(-1)
  }

  wasRead(sound, { status, sha256 }) {
    if (status === 404) this.lost(sound, 'it answered 404')
    if (status === 200 && sha256 !== sound.sha256) this.torn(sound, 'its bytes are others')
  }

  lost(sound, why) {
    this.#findings.lost.push(`${sound.id}: ${why}`)
    sound.state = 'gone'
  }

  torn(sound, why) {
    this.#findings.torn.push(`${sound.id}: ${why}`)
  }

  /** Compares with a list that was made while nothing was under way; returns the sounds that are there. */
  compare(items) {
    const listed = new Map(items.map((item) => [item.id, item]))
    const known = new Map(items.map((item) => [item.sha256, item]))
    for (const sound of this.#sounds.values()) {
      const item = sound.id === undefined ? known.get(sound.sha256) : listed.get(sound.id)
      this.#settle(sound, item)
      if (item) listed.delete(item.id)
    }
    for (const { id } of listed.values()) this.#findings.phantom.push(`${id}: nobody sent it`)
    return [...this.#sounds.values()].filter(({ state }) => state === 'stored')
  }

  #settle(sound, item) {
    sound.isBusy = false
    if (!item) {
      if (sound.state === 'stored') this.lost(sound, 'it is not listed')
      Object.assign(sound, { state: 'gone', sendAgain: undefined })
      return
    }
    if (sound.state === 'gone') {
      this.#findings.phantom.push(`${item.id}: it came back`)
      return
    }
    if (sound.state === 'sent') this.keptUnasked++
    Object.assign(sound, { state: 'stored', id: item.id })
    if (item.sha256 !== sound.sha256 || item.size !== sound.size) this.torn(sound, 'its row is of others')
    if (!sound.titles.includes(item.title)) {
      this.#findings.lost.push(`${sound.id}: ${item.title} is not the title it was given`)
    }
    sound.titles = [item.title]
  }
}
