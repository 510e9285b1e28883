/** Says whether Postgres can hold a text, or even be asked for it: it knows no NUL. */
export function isStorable(text: string): boolean {
  return !text.includes('\0');
}
