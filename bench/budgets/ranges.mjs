import { interleave } from '../lib/interleave.mjs'
import { startNaive } from '../lib/naive.mjs'
import { startFront } from '../lib/nginx.mjs'
import { ratioRow } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const rangeBytes = 64 * 1024
const unit = 'requests/s'

/** P1: the ranges that players ask for, beside nginx and beside a server written in an afternoon. */
export async function smallRanges({ app, token, nginx, audio: { large }, rounds, seconds }) {
  const ranges = { ofBytes: large.sizeBytes, bytes: rangeBytes }
  const naive = await startNaive(large.file)
  const rate = (url, token) => async () => (await load(url, { token, ranges, seconds })).perSecond
  const figures = await interleave(
    {
      nginx: rate(`${nginx.url}/${large.id}`),
      ours: rate(`${app.url}${large.path}`, token),
      naive: rate(naive.url, naive.token),
    },
    rounds,
  )
  await naive.stop()
  const what = '64 KiB ranges, 16 connections'
  const { ours } = figures
  return [
    ratioRow({ id: 'P1', what: `${what}, of nginx`, ours, beside: figures.nginx, unit, goal: 0.25 }),
    ratioRow({ id: 'P1', what: `${what}, of a naive Koa`, ours, beside: figures.naive, unit, goal: 5 }),
  ]
}

/** P2: the same where nginx stands in front and sends the bytes that the app lets through (X-Accel-Redirect). */
export async function handedOverRanges({
  startApp,
  token,
  nginx,
  folderOf,
  audioFolder,
  audio,
  rounds,
  seconds,
}) {
  const { large } = audio
  const app = await startApp({ variables: { CONTENT_DELIVERY: 'x-accel', TRUSTED_PROXIES: 'loopback' } })
  const front = await startFront(folderOf('front'), { app, audioFolder })
  const ranges = { ofBytes: large.sizeBytes, bytes: rangeBytes }
  const rate = (url, token) => async () => (await load(url, { token, ranges, seconds })).perSecond
  const { ours, beside } = await interleave(
    { beside: rate(`${nginx.url}/${large.id}`), ours: rate(`${front.url}${large.path}`, token) },
    rounds,
  )
  await app.stop()
  const what = '64 KiB ranges sent by nginx (X-Accel-Redirect), of nginx alone'
  return [ratioRow({ id: 'P2', what, ours, beside, unit, goal: 0.4 })]
}
