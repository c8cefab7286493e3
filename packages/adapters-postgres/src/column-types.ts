import pg from 'pg'

type Parser = (text: string) => unknown

const int8 = 20

/** Of our connections only: the driver's global parsers belong to whoever else uses it in this process. */
export const columnTypes = {
  getTypeParser: (oid: number, format?: string): Parser => {
    if (oid === int8 && format !== 'binary') return parseInt8
    return driverParser(oid, format)
  },
}

const driverParser = pg.types.getTypeParser as (oid: number, format?: string) => Parser

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number`)
  return value
}
