import type Koa from 'koa'
import type { IdGenerator } from '@audiohost/core'
import { stateOf } from '../request-state.ts'

const sane = /^[\w.-]{1,100}$/

/** Keeps the id that a proxy or client gave, where it is fit for a log line, and gives one otherwise. */
export function requestId(ids: IdGenerator): Koa.Middleware {
  return function requestId(ctx, next) {
    const given = ctx.get('X-Request-Id')
    const id = sane.test(given) ? given : ids.next()
    stateOf(ctx).requestId = id
    ctx.set('X-Request-Id', id)
    return next()
  }
}
