import type { Route } from '../route.ts'
import { auditRoutes } from './audit.ts'
import { audioRoutes } from './audio.ts'
import { streamContent } from './content.ts'
import { ownAccountRoutes } from './own-account.ts'
import { pageRoutes } from './pages.ts'
import { serviceRoutes } from './service.ts'
import { signInRoutes } from './sign-in.ts'
import { uploadRoutes } from './uploads.ts'
import { userRoutes } from './users.ts'
import { yandexRoutes } from './yandex.ts'

/** Every endpoint there is. */
export const routes: readonly Route[] = [
  ...signInRoutes,
  ...yandexRoutes,
  ...ownAccountRoutes,
  ...userRoutes,
  ...auditRoutes,
  ...audioRoutes,
  ...uploadRoutes,
  streamContent,
  ...serviceRoutes,
  ...pageRoutes,
]
