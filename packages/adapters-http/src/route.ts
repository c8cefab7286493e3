import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Actor, AnswerOwner, CoreError, KeyedRequest, RateLimit, Session, User } from '@audiohost/core'
import type { z } from 'zod'
import type { Health } from './check-health.ts'
import type { HeldBody } from './content/send-pieces.ts'
import type { Credentials } from './credentials/credentials.ts'
import type { JsonText } from './json-text.ts'
import type { MetricsPage } from './metrics/http-metrics.ts'
import type { ProblemCode } from './problem.ts'
import type { RouteClient } from './route-client.ts'
import type { ReceivedUpload } from './uploads/receive-upload.ts'
import type { TusEndpoint } from './tus/tus-endpoint.ts'
import type { Cookie } from './credentials/session-cookies.ts'
import type { Site } from './credentials/site.ts'
import type { UseCases } from './use-cases.ts'

export type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete'

/**
 * Which clients may call: all, signed-in users or administrators. Two values accept weaker credentials of
 * signed-in users: `media`, for GET and HEAD of bytes that a media element loads, also takes the media
 * cookie, and pages of the same site may embed the reply; `upload`, for requests on one upload, also takes an
 * access token that has expired since the upload was created.
 */
export type Access = 'public' | 'user' | 'media' | 'upload' | 'admin'

export interface JsonBody<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'json'
  readonly schema: Schema
  /** Also reads `application/x-www-form-urlencoded`, so that a plain form can post it. */
  readonly orForm?: boolean
}

/** One `file` part and text fields in any order, or the bytes of the file alone, streamed; `schema` documents the parts. */
export interface MultipartBody {
  readonly kind: 'multipart'
  readonly schema: z.ZodType
  /** Of the text fields. */
  readonly fields: z.ZodType
}

/** Some bytes of an upload, streamed; or none. */
export interface PartBody {
  readonly kind: 'part'
}

/** The bytes of a part while they are being read. */
export interface OpenPart {
  readonly bytes: AsyncIterable<Uint8Array>
  /** What cut the body off, once something has. */
  readonly cut: Error | undefined
  stop(): void
  /** Reads no more of the request. */
  interrupt(error: Error): void
}

/** The narrow seam to the bytes of a part. */
export interface ReceivedPart {
  /** The fields that arrived before the body ended or broke off. */
  readonly open: (options: { readonly atCut: 'fail' | 'end' }) => OpenPart
  readonly hasBytes: boolean
}

/** The narrow seam to a body that is too large to be a value. */
export interface UploadBody {
  receive<T>(use: (upload: ReceivedUpload) => Promise<T>): Promise<T>
}

type BodyValue<Body> =
  Body extends JsonBody<infer Schema>
    ? z.output<Schema>
    : Body extends MultipartBody
      ? UploadBody
      : Body extends PartBody
        ? ReceivedPart
        : undefined

export interface SignedInClient {
  readonly actor: Actor
  readonly user: User
  readonly session: Session
}

export interface RouteRequest<A extends Access = Access, Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly actor: A extends 'public' ? undefined : Actor
  readonly signedIn: A extends 'public' ? undefined : SignedInClient
  readonly client: RouteClient
  readonly credentials: Credentials
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Where this is an attempt of a request that may come again. */
  readonly madeFor: KeyedRequest | undefined
  /** Whether the client would rather have JSON than a page; false where it says nothing. */
  readonly prefersJson: () => boolean
  /** The link target of the page about a failed sign-in, instead of the start page. */
  readonly setWayBack: (location: string) => void
}

/** What a handler may ask for besides its request. */
export interface RouteServices extends UseCases {
  readonly site: Site
  readonly health: () => Promise<Health>
  readonly apiDocument: () => object
  readonly metricsPage: MetricsPage | undefined
  readonly tus: TusEndpoint
}

/** Stored bytes: a stream of them, or where to read them. */
export type ContentBody = Readable | HeldBody

/** `content` is stored bytes, `asset` a file of ours. */
export type ReplyBody = z.ZodType | 'none' | 'content' | 'asset'

export interface ReplySpec<Body extends ReplyBody = ReplyBody> {
  readonly description: string
  readonly body: Body
  /** The media types of a `content` or `asset` body. */
  readonly contentTypes?: readonly string[]
  /** Header name to its meaning. */
  readonly headers?: Readonly<Record<string, string>>
}

type ReplyValue<Body> = Body extends z.ZodType
  ? { readonly body: z.output<Body> | JsonText<z.output<Body>> }
  : Body extends 'content'
    ? { readonly body: ContentBody | undefined }
    : Body extends 'asset'
      ? { readonly body: string | Buffer }
      : { readonly body?: undefined }

export type Replies = Readonly<Record<number, ReplySpec>>

interface ReplyExtras {
  /** The user and session that a stored reply of a public route belongs to; never sent. */
  readonly owner?: AnswerOwner
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly Cookie[]
}

export type Reply<R extends Replies> = {
  [Status in keyof R & number]: { readonly status: Status } & ReplyValue<R[Status]['body']> & ReplyExtras
}[keyof R & number]

/** Any reply of any route, as the mount sees it. */
export interface AnyReply extends ReplyExtras {
  readonly status: number
  readonly body?: unknown
}

export interface RouteLimit<Request = RouteRequest> {
  readonly limit: RateLimit
  /** What is counted; `undefined` where this request is not. Hashed before it is stored. */
  key(request: Request): string | undefined
  /** The attempt is taken back where the request succeeds, so that only failures count. */
  readonly countsFailuresOnly?: true
}

interface RouteFacts {
  /** The name of the operation in OpenAPI and of the method in generated clients. */
  readonly name: string
  readonly method: Method
  /** As in OpenAPI, `/v1/audio/file/{id}`; a trailing slash never matters. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly tag: 'Sign-in' | 'Own account' | 'Users' | 'Audio' | 'Service'
  /** No default: what is not declared does not compile. */
  readonly access: Access
  /** What the route refuses beyond what follows from its other properties (`errorCodesOf`). */
  readonly errors: readonly ProblemCode[]
  /** An `Idempotency-Key` changes nothing: to do it twice does no more than to do it once. */
  readonly isRepeatable?: true
  /**
   * An `Idempotency-Key` is ignored. The requests of a tus upload repeat by `Upload-Offset`, and a tus client
   * sends its fixed headers with every request.
   */
  readonly ignoresIdempotencyKey?: true
  /**
   * How many of these one node has under way, for what keeps whoever comes waiting: more are refused (`too_busy`) before
   * they cost a query, so that they do not take the connections of everybody else.
   */
  readonly atOnce?: number
  /**
   * Each client that signs in here gets a session of its own, also if two clients send the same key and body.
   */
  readonly opensSession?: true
  /** A 401 of this route also clears the cookies: the client asked to be signed out, and it is. */
  readonly signsOut?: true
  /**
   * Browsers navigate here to sign in, so clients that prefer HTML get problems as a page with a link back.
   */
  readonly hasSignInProblemPage?: true
  /** What the request says in headers of its own: for the documentation, since the handler reads them. */
  readonly headers?: z.ZodObject
  /** The refusal for a path whose parameters cannot be ids at all: the same as for an id that nobody has. */
  readonly absent?: new () => CoreError
}

export interface RouteSpec<
  A extends Access,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends JsonBody | MultipartBody | PartBody | undefined,
  R extends Replies,
> extends RouteFacts {
  readonly access: A
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  readonly limits?: readonly RouteLimit<RouteRequest<A, z.output<Params>, z.output<Query>, BodyValue<Body>>>[]
  readonly replies: R
  handle(
    request: RouteRequest<A, z.output<Params>, z.output<Query>, BodyValue<Body>>,
    services: RouteServices,
  ): Promise<Reply<NoInfer<R>>>
}

/** A route with its types forgotten: what mounts, documents and tests all routes alike. */
export interface Route extends RouteFacts {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: JsonBody | MultipartBody | PartBody
  readonly limits?: readonly RouteLimit[]
  readonly replies: Replies
  handle(request: RouteRequest, services: RouteServices): Promise<AnyReply>
}

/** One endpoint as one value: the router, validation, OpenAPI and the authorization matrix come from it. */
export function route<
  const A extends Access,
  const R extends Replies,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends JsonBody | MultipartBody | PartBody | undefined = undefined,
>(spec: RouteSpec<A, Params, Query, Body, R>): Route {
  // Sound because the mount calls `handle` only with what these very schemas let through.
  return spec as unknown as Route
}

export const json = <Schema extends z.ZodType>(schema: Schema): JsonBody<Schema> => ({ kind: 'json', schema })

export const isUnsafe = (method: string): boolean =>
  !['get', 'head', 'options'].includes(method.toLowerCase())

/** Whether an `Idempotency-Key` is validated: on every unsafe route that does not ignore it. */
export const readsIdempotencyKey = (route: Pick<Route, 'method' | 'ignoresIdempotencyKey'>): boolean =>
  isUnsafe(route.method) && !route.ignoresIdempotencyKey

/** Every unsafe route, so that a new one does by construction, but for those that say why not. */
export const answersOnce = (route: Route): boolean => readsIdempotencyKey(route) && !route.isRepeatable

const bodyCodes = ['malformed_body', 'unsupported_media_type', 'body_too_large', 'request_timeout'] as const

const idempotencyCodes = ['idempotency_key_in_use', 'idempotency_key_reused'] as const

/** Every code that the route may answer: its own, and those that its properties imply. */
export function errorCodesOf(route: Route): readonly ProblemCode[] {
  const takesInput = route.body?.kind === 'json' || route.query !== undefined
  return [
    ...new Set<ProblemCode>([
      ...route.errors,
      ...(route.access === 'public' ? [] : (['not_authenticated'] as const)),
      ...(route.access === 'admin' ? (['admin_required'] as const) : []),
      ...(isUnsafe(route.method) ? (['cross_site_request'] as const) : []),
      ...(route.body ? bodyCodes : []),
      ...(takesInput ? (['invalid_input'] as const) : []),
      ...(answersOnce(route) ? idempotencyCodes : []),
      ...(route.limits ? (['rate_limited'] as const) : []),
      ...(route.atOnce === undefined ? [] : (['too_busy'] as const)),
      'malformed_request',
      'headers_too_large',
      'duplicate_cookie',
      'internal_error',
      'database_unavailable',
    ]),
  ]
}
