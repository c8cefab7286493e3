import { globalAgent as httpAgent } from 'node:http'
import { globalAgent as httpsAgent } from 'node:https'
import {
  GetObjectCommand,
  S3Client,
  type $Command,
  type GetObjectCommandInput,
  type S3ClientConfig,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { asS3Fault, S3Fault } from './s3-fault.ts'

export interface S3RetryPolicy {
  /** How often a request that failed is repeated. */
  readonly limit: number
  /** A request that is not answered for so long, its body included, has failed. */
  readonly answerTimeoutMs: number
  /** A content of which nothing comes for so long has broken off. */
  readonly idleTimeoutMs: number
  /** A request with all its repetitions ends here. */
  readonly deadlineMs: number
}

export interface S3ConnectionOptions {
  /** Without it, that of the environment or profile; where there is an endpoint, `us-east-1`. */
  readonly region?: string | undefined
  /** Of another service than Amazon's. */
  readonly endpoint?: string | undefined
  /** Whether the bucket goes into the path and not into the host name; so it does where there is an endpoint. */
  readonly forcePathStyle?: boolean | undefined
  /** Without them, those of the environment, of a profile, or of the machine's or container's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
}

/** Sends requests: repeats what may succeed later, with delays that are random, until a deadline. */
export class S3Requests {
  readonly #client: S3Client
  readonly #deadlineMs: number

  constructor(connection: S3ConnectionOptions, policy: S3RetryPolicy) {
    this.#client = new S3Client(clientConfig(connection, policy))
    this.#deadlineMs = policy.deadlineMs
  }

  /** @throws S3Fault */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: $Command<Input, Output, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    stop?: AbortSignal,
  ): Promise<Output> {
    const deadline = new AbortController()
    // Cleared with the head of the reply: a content may take as long as its reader does.
    const timer = setTimeout(() => {
      deadline.abort()
    }, this.#deadlineMs)
    try {
      return await this.#client.send(command, {
        abortSignal: stop ? AbortSignal.any([deadline.signal, stop]) : deadline.signal,
      })
    } catch (error) {
      throw deadline.signal.aborted ? tooLate(this.#deadlineMs) : asS3Fault(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * An address that reads what `asked` says. Nothing is sent, but where credentials have to be fetched first.
   * @throws S3Fault
   */
  async presign(asked: GetObjectCommandInput, expiresIn: number): Promise<URL> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(tooLate(this.#deadlineMs))
      }, this.#deadlineMs)
    })
    try {
      const signed = getSignedUrl(this.#client, new GetObjectCommand(asked), { expiresIn })
      return new URL(await Promise.race([signed, late]))
    } catch (error) {
      throw asS3Fault(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

function clientConfig(
  { region, endpoint, forcePathStyle = endpoint !== undefined, credentials }: S3ConnectionOptions,
  { limit, answerTimeoutMs }: S3RetryPolicy,
): S3ClientConfig {
  const regionOrDefault = region ?? (endpoint === undefined ? undefined : 'us-east-1')
  return {
    ...(regionOrDefault !== undefined && { region: regionOrDefault }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle,
    retryMode: 'standard',
    maxAttempts: limit + 1,
    // Ours, where they are due; the library's would replace what comes in by a stream of its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The library would open a connection for each part.
    expectContinueHeader: false,
    requestHandler: {
      requestTimeout: answerTimeoutMs,
      throwOnRequestTimeout: true,
      // Without the library's limit of 50 sockets, which slow readers would use up.
      httpAgent,
      httpsAgent,
    },
  }
}

const tooLate = (deadlineMs: number): S3Fault =>
  new S3Fault(`The storage has not answered for ${deadlineMs} ms, repetitions included`)
