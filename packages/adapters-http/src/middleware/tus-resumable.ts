import type Koa from 'koa'
import { tusVersion, uploadsPath } from '../tus/tus-protocol.ts'

const isTus = new RegExp(`^${uploadsPath}(/|$)`)

/** Protocol: "The Tus-Resumable header MUST be included in every request and response except for OPTIONS requests." Refusals too. */
export const tusResumable: Koa.Middleware = (ctx, next) => {
  if (isTus.test(ctx.path) && ctx.method !== 'OPTIONS') ctx.set('Tus-Resumable', tusVersion)
  return next()
}
