/** Calls back when somebody comes back to the page, or the network does. @param signal ends it */
export function onReturn(back: () => void, signal: AbortSignal): void {
  const seen = () => {
    if (document.visibilityState === 'visible') back();
  };
  document.addEventListener('visibilitychange', seen, { signal });
  addEventListener('online', seen, { signal });
}

/** Calls `leave` when the page goes into the back-forward cache, or for good, and `enter` when it comes out of it. */
export function onStay(leave: () => void, enter: () => void, signal: AbortSignal): void {
  addEventListener('pagehide', leave, { signal });
  const show = ({ persisted }: PageTransitionEvent) => {
    if (persisted) enter();
  };
  addEventListener('pageshow', show, { signal });
}
