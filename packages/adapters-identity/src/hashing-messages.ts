import type { Options } from '@node-rs/argon2'

export type HashingTask =
  | { readonly kind: 'hash'; readonly password: string; readonly options: Options }
  | {
      readonly kind: 'verify'
      readonly password: string
      readonly hashed: string
      readonly options: Options
    }

export type HashingResult =
  | { readonly kind: 'done'; readonly value: string | boolean }
  | { readonly kind: 'failed'; readonly message: string }
