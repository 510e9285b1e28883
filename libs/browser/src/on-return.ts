/** Calls back when somebody comes back to the page, or the network does. @param signal ends it */
export function onReturn(back: () => void, signal: AbortSignal): void {
  const seen = () => {
    if (document.visibilityState === 'visible') back();
  };
  document.addEventListener('visibilitychange', seen, { signal });
  addEventListener('online', seen, { signal });
}

/** Calls `enter` when the page comes out of the back-forward cache: it was deaf there. */
export function onThaw(enter: () => void, signal: AbortSignal): void {
  const show = ({ persisted }: PageTransitionEvent) => {
    if (persisted) enter();
  };
  addEventListener('pageshow', show, { signal });
}

/** Waits while the page is prerendered: perhaps nobody ever opens it, and the browser holds its frames back. */
export const opened = (): Promise<void> =>
  new Promise((resolve) => {
    if ((document as { readonly prerendering?: boolean }).prerendering)
      document.addEventListener('prerenderingchange', () => {
        resolve();
      });
    else resolve();
  });
