import { again } from '../parts/again.js';
import { type Note, toNote } from './note.js';

const SESSION_ENDED = 4401;

/** What is told of the socket. */
export interface LiveNotes {
  /** it is open: ask for all notes, some may have been missed */
  readonly open: () => void;
  readonly note: (note: Note) => void;
  readonly lost: () => void;
  /** it was closed since nobody is signed in any more */
  readonly refused: () => void;
}

/** Keeps a socket open for notes as they are added, until `signal` says so. */
export function followNotes(signal: AbortSignal, told: LiveNotes): void {
  void again(signal, () => once(signal, told));
}

/** One socket, from its opening to its end. Gives whether it was ever open. */
function once(signal: AbortSignal, told: LiveNotes): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(new URL('/bff/api/notes/live', location.href.replace(/^http/, 'ws')));
    let wasOpen = false;
    const leave = (): void => {
      socket.close();
    };
    signal.addEventListener('abort', leave);
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const { event, note } = read(data);
      if (event === 'ready') told.open();
      wasOpen ||= event === 'ready';
      if (note !== undefined && !signal.aborted) told.note(note);
    });
    socket.addEventListener('close', ({ code }) => {
      signal.removeEventListener('abort', leave);
      if (!signal.aborted) (code === SESSION_ENDED ? told.refused : told.lost)();
      resolve(wasOpen);
    });
  });
}

function read(text: unknown): { readonly event: unknown; readonly note: Note | undefined } {
  try {
    const { event, data } = JSON.parse(String(text)) as { event?: unknown; data?: unknown };
    return { event, note: event === 'note' ? toNote(data) : undefined };
  } catch {
    return { event: undefined, note: undefined };
  }
}
