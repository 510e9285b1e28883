/** Keeps a value for this tab, beyond the page. `false`: storage is forbidden, or full. */
export function keep(key: string, value: unknown): boolean {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Gives what this tab keeps, as it was given; null or `undefined` where there is nothing. */
export function kept(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}

/** Forgets what {@link kept} gives. */
export const drop = (key: string): void => {
  sessionStorage.removeItem(key);
};

/** Whether the page is in a frame: then it never leaves by itself. */
export const isFramed = (): boolean => self !== top;
