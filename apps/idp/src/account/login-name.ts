/** Gives a login as it is kept and compared: upper and lower case, and space around it, do not matter. */
export function loginName(typed: string): string {
  return typed.trim().toLowerCase();
}
