const notLetterOrDigit = /[^\p{L}\p{M}\p{N}]/gu
/** Signs that stand for the letter that they look like: between letters, and a currency sign also at the end of a word. */
const signsForLetters: readonly (readonly [RegExp, string])[] = [
  [/(?<=\p{L})[!¡](?=\p{L})/gu, 'i'],
  [/(?<=\p{L})@(?=\p{L})/gu, 'a'],
  [/(?<=[\p{L}$])\$|\$(?=[\p{L}$])/gu, 's'],
  [/(?<=\p{L})€|€(?=\p{L})/gu, 'e'],
]

/**
 * What else the words of a folded text may be searched as: "ac/dc" as "acdc", "r.e.m." as "rem", "p!nk" as "pnk" and "pink". The forms
 * that are part of their word already are left out.
 */
export function plainFormsOf(text: string): readonly string[] {
  const forms = text.split(' ').flatMap((word) => {
    if (word.search(notLetterOrDigit) === -1) return []
    const spelled = signsForLetters.reduce((read, [sign, letter]) => read.replace(sign, letter), word)
    return [word, spelled]
      .map((form) => form.replace(notLetterOrDigit, ''))
      .filter((form) => !word.includes(form))
  })
  return [...new Set(forms)]
}
