import { account } from './app.mjs'

/** So many clients sign in again and again for some seconds; how many a second did, and the slowest hundredth. */
export async function signInsAtOnce({ url }, { clients, seconds }) {
  const took = []
  const began = performance.now()
  const client = async () => {
    while (performance.now() - began < seconds * 1000) {
      const asked = performance.now()
      const reply = await fetch(`${url}/v1/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...account, token_delivery: 'body' }),
      })
      await reply.arrayBuffer()
      if (reply.status !== 200) throw new Error(`Signing in was answered with ${reply.status}`)
      took.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const perSecond = took.length / ((performance.now() - began) / 1000)
  return { perSecond, slowMs: took.sort((one, other) => one - other)[Math.ceil(took.length * 0.99) - 1] }
}
