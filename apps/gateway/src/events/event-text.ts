/** How long a browser waits before it comes back after a stream of ours has ended. */
const LATER_MS = { soon: 1_000, afterFault: 2_000, afterSilence: 15_000, never: 86_400_000 } as const;

/** What a page is told. */
export type TabEvent =
  /** the stream is open, and the session was good at that moment */
  | { readonly kind: 'ready' }
  /** the session's tokens or claims may be others now: read them again; may come more often than that */
  | { readonly kind: 'session-changed' }
  /** the browser has another session by now; the stream ends and the next one is that session's */
  | { readonly kind: 'session-replaced' }
  /** nobody is signed in any more; the stream ends for good */
  | { readonly kind: 'session-ended'; readonly reason: string }
  /** newer streams of the session have taken the place of this one */
  | { readonly kind: 'too-many' };

/** A line that only keeps the connection open. */
export const HEARTBEAT = ':\n\n';

/**
 * Writes an event as a browser's `EventSource` reads it. The id says nothing; it makes a browser say that it comes back.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation HTML} §9.2.6
 */
export function textOf(event: TabEvent): string {
  const content = event.kind === 'session-ended' ? JSON.stringify({ reason: event.reason }) : '{}';
  return `retry: ${retryMsOf(event)}\nid: 1\nevent: ${event.kind}\ndata: ${content}\n\n`;
}

/** Asks the browser to come back after a moment: another replica may take it. @param random spreads those who come */
export function comeBackText(random: number): string {
  return `retry: ${LATER_MS.soon + Math.floor(random * 2_000)}\n\n`;
}

/** Asks the browser to come back later: the IdP could not be asked about the session now. @param random spreads those who come */
export function comeBackLaterText(random: number): string {
  return `retry: ${LATER_MS.afterSilence + Math.floor(random * 10_000)}\n\n`;
}

function retryMsOf({ kind }: TabEvent): number {
  switch (kind) {
    case 'session-replaced':
      return LATER_MS.soon;
    case 'session-ended':
    case 'too-many':
      return LATER_MS.never;
    case 'ready':
    case 'session-changed':
      return LATER_MS.afterFault;
  }
}
