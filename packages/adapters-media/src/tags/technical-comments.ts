/** Comments that programs write for themselves, by their descriptions. */
const technicalDescription = /^(?:iTun|iTunes_|Songs-DB_|MusicMatch_|ID3v1 Comment$|c0$)/i

export const isTechnicalDescription = (description: string): boolean => technicalDescription.test(description)

/** `iTunNORM` and `iTunSMPB` that have lost their descriptions: groups of eight hexadecimal digits. */
export const isTechnicalText = (text: string): boolean => /^(?:\s*[0-9A-F]{8}){8,}\s*$/i.test(text)
