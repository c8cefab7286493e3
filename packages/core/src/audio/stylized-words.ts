const notLetterOrDigit = /[^\p{L}\p{M}\p{N}]/gu
/**
 * Signs and the letters that they replace: between letters, and a currency sign also at the end of a word.
 */
const signsForLetters: readonly (readonly [RegExp, string])[] = [
  [/(?<=\p{L})[!¡](?=\p{L})/gu, 'i'],
  [/(?<=\p{L})@(?=\p{L})/gu, 'a'],
  [/(?<=[\p{L}$])\$|\$(?=[\p{L}$])/gu, 's'],
  [/(?<=\p{L})€|€(?=\p{L})/gu, 'e'],
]

/**
 * The plain forms of the stylized words of a folded text: "acdc" of "ac/dc", "rem" of "r.e.m.", "pnk" and
 * "pink" of "p!nk". Leaves out forms that are already part of their word.
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
