import { AsyncLocalStorage } from 'node:async_hooks';
import type { FrontEnd, Service } from '../front-ends/front-end.js';
import type { OpenChannel } from './open-channels.js';

/** A request that may pass to a service, and with what. */
export interface Passage {
  readonly frontEnd: FrontEnd;
  readonly service: Service;
  /** what goes into `Authorization`; undefined where the service wants nothing */
  readonly authorization: string | undefined;
  /** aborts when the browser has gone */
  readonly signal: AbortSignal;
  /** what ends with the session: a WebSocket, a stream of events */
  readonly channel: OpenChannel;
}

/** The passage of the request under way: the proxy library has no other way to tell its parts which request they serve. */
export const passages = new AsyncLocalStorage<Passage>();

/** Gives the passage of the request under way. @throws Error when it was not admitted: nothing may pass then */
export function currentPassage(): Passage {
  const passage = passages.getStore();
  if (passage === undefined) throw new Error('a request came to the proxy without having been admitted');
  return passage;
}
