import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';
import { at, atOf, element, say } from '../parts/element.js';
import { isWished, ownerOf, ownersOf, type Wish } from './filter.js';
import { drawRow } from './row-view.js';
import { keyOf, rowsOf, stampOf } from './rows.js';
import { type Lane, LANES, personOf } from './sentences.js';

const MOST = 600;
const REMEMBERED = 5_000;

/** The live list, newest first. */
export interface TimelineList {
  add(entry: TimelineEntry): void;
}

/** Runs the list and its tools: filter, pause, clear. */
export function runList(): TimelineList {
  let [entries, waiting]: [TimelineEntry[], TimelineEntry[]] = [[], []];
  let paused = false;
  let wish: Wish = { hidden: new Set(), sub: '' };
  const known = new Set<string>();
  const drawn = new Map<string, { readonly stamp: string; readonly line: HTMLLIElement }>();
  let isDue = false;
  const draw = (): void => {
    isDue = false;
    drawList(entries, wish, drawn);
    const fresh = paused ? ` (${waiting.length} new)` : '';
    say(at('pause'), paused ? `Go on${fresh}` : 'Pause');
    at('pause').setAttribute('aria-pressed', String(paused));
  };
  const drawSoon = (): void => {
    if (!isDue) requestAnimationFrame(draw);
    isDue = true;
  };
  runTools((next) => {
    wish = next;
    drawSoon();
  });
  at('pause').addEventListener('click', () => {
    paused = !paused;
    entries = [...entries, ...waiting].slice(-MOST);
    waiting = [];
    drawSoon();
  });
  at('clear').addEventListener('click', () => {
    [entries, waiting] = [[], []];
    drawSoon();
  });
  draw();
  setTimeout(() => {
    at('entries').classList.add('settled'); // what comes from now on is new
  }, 1_500);
  return {
    add(entry) {
      const key = keyOf(entry);
      if (known.has(key)) return; // told again after the stream was lost
      known.add(key);
      if (known.size > REMEMBERED) known.delete(known.values().next().value ?? '');
      if (paused) waiting = [...waiting, entry].slice(-MOST);
      else entries = [...entries, entry].slice(-MOST);
      drawSoon();
    },
  };
}

/** Draws what is wished for. A line that is as it was keeps its element, so that nothing flickers and no selection is lost. */
function drawList(
  entries: readonly TimelineEntry[],
  wish: Wish,
  drawn: Map<string, { readonly stamp: string; readonly line: HTMLLIElement }>,
): void {
  const owners = ownersOf(entries);
  const rows = rowsOf(entries).filter((row) => isWished(row, wish, owners));
  const keys = new Set(rows.map(({ key }) => key));
  for (const [key, { line }] of drawn) {
    if (keys.has(key)) continue;
    line.remove();
    drawn.delete(key);
  }
  const list = at('entries');
  let after: Element | null = null;
  for (const row of rows.toReversed()) {
    const owner = ownerOf(row, owners);
    const stamp = `${stampOf(row)} ${owner ?? ''}`;
    const before = drawn.get(row.key);
    const line = before?.stamp === stamp ? before.line : drawRow(row, owner);
    if (before === undefined) line.classList.add('fresh');
    else if (before.line !== line) before.line.replaceWith(line);
    drawn.set(row.key, { stamp, line });
    const place: Element | null = after === null ? list.firstElementChild : after.nextElementSibling;
    if (place !== line) list.insertBefore(line, place);
    after = line;
  }
  at('empty').hidden = rows.length > 0;
  say(
    at('empty-words'),
    entries.length > 0 ? 'Nothing of what has happened passes the filter.' : 'Nothing has happened yet.',
  );
  offerPeople(new Set(owners.values()));
}

/** Offers each person whose session has been seen; who has been offered stays. */
function offerPeople(subs: ReadonlySet<string>): void {
  const choice = atOf('person', HTMLSelectElement);
  const offered = new Set([...choice.options].map(({ value }) => value));
  for (const sub of subs) if (!offered.has(sub)) choice.append(element('option', { value: sub }, personOf(sub)));
}

function runTools(take: (wish: Wish) => void): void {
  const boxes = (Object.keys(LANES) as Lane[]).map((lane) => {
    const box = element('input', { type: 'checkbox', name: lane, checked: '' });
    at('lanes').append(element('label', { class: `chip ${lane}` }, box, LANES[lane]));
    return [lane, box] as const;
  });
  const choice = atOf('person', HTMLSelectElement);
  const tell = (): void => {
    take({ hidden: new Set(boxes.flatMap(([lane, box]) => (box.checked ? [] : [lane]))), sub: choice.value });
  };
  for (const [, box] of boxes) box.addEventListener('change', tell);
  choice.addEventListener('change', tell);
}
