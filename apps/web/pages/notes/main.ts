import type { Session } from '#browser';
import { ask, listIn } from '../parts/ask.js';
import { at, atOf, element, on, say } from '../parts/element.js';
import { runFrontEnd } from '../parts/front-end.js';
import { followNotes } from './live-notes.js';
import { merged, type Note, toNote } from './note.js';

const NOTES = '/bff/api/notes/notes';
let notes: readonly Note[] = [];
let current: { readonly session: Session; readonly signal: AbortSignal } | undefined;

const WHEN = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

function drawNote({ id, text, createdAt }: Note): HTMLLIElement {
  const when = element('time', { datetime: createdAt }, WHEN.format(new Date(createdAt)));
  return element('li', { class: 'note', 'data-id': id }, element('p', {}, text), when);
}

/** Draws the notes. Those that are there stay as they are. */
function draw(): void {
  const there = new Map([...at('list').children].map((line) => [(line as HTMLElement).dataset.id, line]));
  at('list').replaceChildren(...notes.map((note) => there.get(note.id) ?? drawNote(note)));
}

/** Gives whether they were read. */
async function readNotes(session: Session, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(NOTES);
  if (signal.aborted) return false;
  if (answer.kind === 'refused') await session.checkSession();
  if (answer.kind === 'unknown') say(at('answer'), `The notes could not be read. ${answer.title}`);
  if (answer.kind !== 'ok') return false;
  const read = listIn(answer.body, 'notes').flatMap((note) => toNote(note) ?? []);
  notes = merged(notes, read);
  draw();
  say(at('answer'), notes.length === 0 ? 'No notes yet. Write the first one.' : '');
  return true;
}

async function addNote(): Promise<void> {
  if (current === undefined) return;
  const { session, signal } = current;
  const field = atOf('text', HTMLTextAreaElement);
  const answer = await ask(NOTES, { text: field.value });
  if (signal.aborted) return;
  if (answer.kind === 'refused') await session.checkSession();
  if (answer.kind === 'unknown') say(at('answer'), `The note was not saved. ${answer.title}`);
  if (answer.kind !== 'ok') return;
  atOf('new-note', HTMLFormElement).reset();
  say(at('answer'), '');
  notes = merged(notes, [toNote(answer.body) ?? []].flat());
  draw();
  field.focus();
}

function live(state: 'on' | 'off' | 'none'): void {
  at('live').dataset.state = state;
  say(at('live'), { on: 'Live', off: 'Connecting…', none: '' }[state]);
}

runFrontEnd({
  other: 'billing',
  open: (session, _user, signal) => {
    notes = [];
    current = { session, signal };
    atOf('writing', HTMLFieldSetElement).disabled = false;
    draw();
    say(at('answer'), 'Reading your notes…');
    live('off');
    let missed = readNotes(session, signal).then((isRead) => !isRead);
    followNotes(signal, {
      open: () => {
        live('on');
        missed = missed.then(async (isDue) => isDue && !(await readNotes(session, signal)));
      },
      note: (note) => {
        notes = merged(notes, [note]);
        draw();
        say(at('answer'), '');
      },
      lost: () => {
        live('off');
        missed = missed.then(() => true); // there may be some that the socket did not bring
      },
      refused: () => {
        live('off');
        void session.checkSession();
      },
    });
  },
  clear: (mood) => {
    notes = [];
    current = undefined;
    atOf('writing', HTMLFieldSetElement).disabled = true;
    atOf('new-note', HTMLFormElement).reset();
    draw();
    live('none');
    say(
      at('answer'),
      {
        looking: 'One moment…',
        out: 'They are here for you once you are signed in.',
        ended: 'They have been put away until you sign in again.',
      }[mood],
    );
  },
});
on('submit', at('new-note'), addNote);
