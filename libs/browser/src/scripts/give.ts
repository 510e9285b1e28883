/** Adds to the global `sessionSync`: each script brings a mode of its own, in any order. */
export function give(mode: Readonly<Record<string, unknown>>): void {
  const page = globalThis as { sessionSync?: object };
  page.sessionSync = Object.assign(page.sessionSync ?? {}, mode);
}
