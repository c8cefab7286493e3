/** Media types of a body that is the file itself. The bytes decide what the file is. */
export const bodyTypes = ['audio/*', 'application/ogg', 'video/webm', 'application/octet-stream'] as const

const bodyType = /^\s*(audio\/[\w.+-]+|application\/(ogg|octet-stream)|video\/webm)\s*(;|$)/i

export const isBodyType = (contentType: string): boolean => bodyType.test(contentType)
