const KEY = 'session-sync:no-auto-select';
let here = false;

/** Whether the person has signed out of this site, and has not signed in by themselves since. */
export function isOptedOut(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return here;
  }
}

/** Remembers it for this site, in every tab; where there is no storage, for this page. */
export function setOptedOut(wanted: boolean): void {
  here = wanted;
  try {
    if (wanted) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {
    // this page knows it
  }
}
