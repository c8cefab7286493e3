import type { UsageReport } from '@audiohost/core'
import { z } from 'zod'

const count = z.int().min(0)
const limit = z.int().min(0).nullable()

export const usageSchema = z
  .object({
    used_bytes: count,
    used_files: count,
    reserved_bytes: count.meta({ description: 'For uploads in flight' }),
    reserved_files: count,
    quota_bytes: limit.meta({ description: 'null: no limit' }),
    quota_files: limit,
  })
  .meta({ id: 'Usage' })

export const showUsage = ({ usage, quota }: UsageReport): z.output<typeof usageSchema> => ({
  used_bytes: usage.usedBytes,
  used_files: usage.usedFiles,
  reserved_bytes: usage.reservedBytes,
  reserved_files: usage.reservedFiles,
  quota_bytes: quota.bytes ?? null,
  quota_files: quota.files ?? null,
})

export const quotaSchema = z.strictObject({ quota_bytes: limit, quota_files: limit }).meta({
  id: 'Quota',
  description: "The user's own limits; null: those of the service",
  example: { quota_bytes: 10_737_418_240, quota_files: 1000 },
})

export const showQuota = ({ own }: UsageReport): z.output<typeof quotaSchema> => ({
  quota_bytes: own.bytes ?? null,
  quota_files: own.files ?? null,
})
