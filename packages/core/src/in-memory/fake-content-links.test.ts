import {
  contentLinksContract,
  FakeClock,
  FakeContentLinks,
  InMemoryAudioContentStore,
} from '../testing/index.ts'

describe('FakeContentLinks', () => {
  contentLinksContract({
    make: async () => {
      const clock = new FakeClock()
      const store = new InMemoryAudioContentStore({ clock })
      const links = new FakeContentLinks({ contents: store, clock })
      return {
        store,
        links,
        follow: (link, range) => links.follow(link, range),
        later: (seconds) => {
          clock.advance(seconds)
        },
      }
    },
  })
})
