import { textIn } from '../parts/ask.js';

/** A note as the service gives it. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
}

/** Reads a note that came from outside; what is no note is `undefined`. */
export function toNote(from: unknown): Note | undefined {
  const note = { id: textIn(from, 'id'), text: textIn(from, 'text'), createdAt: textIn(from, 'createdAt') };
  return note.id === '' || note.text === '' || Number.isNaN(Date.parse(note.createdAt)) ? undefined : note;
}

/** Puts notes together, newest first; one that came twice stands once. */
export function merged(...lists: readonly (readonly Note[])[]): readonly Note[] {
  const byId = new Map(lists.flat().map((note) => [note.id, note]));
  return [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}
