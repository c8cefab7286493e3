import type { Variables } from './config.ts'
import type { StorageConfig } from './config-storage.ts'

/** How contents reach clients. */
export type DeliveryConfig =
  | { readonly kind: 'proxy' }
  | { readonly kind: 'x-accel' }
  | { readonly kind: 'redirect'; readonly linkSeconds: number }

/** The drivers whose stores can sign links. */
const linkingDrivers: readonly StorageConfig['driver'][] = ['gcs', 's3']

export function readDelivery(vars: Variables, problems: string[]): DeliveryConfig {
  if (vars.CONTENT_DELIVERY === 'proxy') return { kind: 'proxy' }
  if (vars.CONTENT_DELIVERY === 'x-accel') {
    if (vars.STORAGE_DRIVER !== 'disk')
      problems.push('CONTENT_DELIVERY can be x-accel only where STORAGE_DRIVER is disk')
    if (vars.TRUSTED_PROXIES.length === 0)
      problems.push('CONTENT_DELIVERY can be x-accel only where TRUSTED_PROXIES names the nginx in front')
    return { kind: 'x-accel' }
  }
  if (!linkingDrivers.includes(vars.STORAGE_DRIVER)) {
    const drivers = linkingDrivers.join(' or ')
    problems.push(`CONTENT_DELIVERY can be redirect only where STORAGE_DRIVER is ${drivers}`)
  }
  return { kind: 'redirect', linkSeconds: vars.CONTENT_LINK_SECONDS }
}
