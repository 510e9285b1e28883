const KEY = 'signed out by own wish';

/** Keeps in mind, in this tab, that the person has signed out here: the page opens anew after that. */
export function keepOwnWish(isSignedOut: boolean): void {
  try {
    if (isSignedOut) sessionStorage.setItem(KEY, 'yes');
    else sessionStorage.removeItem(KEY);
  } catch {
    // no storage: the page says less
  }
}

/** Whether the person has signed out here, and nobody has signed in since. */
export function wasOwnWish(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
