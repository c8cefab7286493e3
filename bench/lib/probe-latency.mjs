import http from 'node:http'

const intervalMs = 20

/**
 * Sends a request to each URL, on a connection of its own, every 20 ms while `work` runs. Resolves to all
 * latencies in milliseconds, a list for each URL.
 */
export async function latenciesDuring(urls, work) {
  const probes = urls.map(() => [])
  const timer = setInterval(() => {
    urls.forEach((url, index) => probes[index].push(latencyOf(url)))
  }, intervalMs)
  const result = await work()
  clearInterval(timer)
  return { result, latenciesMs: await Promise.all(probes.map((latencies) => Promise.all(latencies))) }
}

function latencyOf(url) {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (reply) => {
      reply.resume()
      reply.once('end', () => {
        if (reply.statusCode === 200) resolve(performance.now() - began)
        else reject(new Error(`${url} answered ${reply.statusCode} under load`))
      })
    })
    request.once('error', reject)
  })
}
