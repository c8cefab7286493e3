import type Koa from 'koa'
import type { UserId } from '@audiohost/core'

/** What the middleware of one request tell one another. */
export interface RequestState {
  requestId: string
  /** The path of the route as documented; ids and queries stay out of the log. */
  route?: string
  userId?: UserId
  /** The link target of the page about a failed sign-in. Absent: this route answers problems only as JSON. */
  signInPageBackTo?: string
}

/** Koa leaves its state untyped; here it gets its type. */
export const stateOf = (ctx: Koa.Context): RequestState => ctx.state
