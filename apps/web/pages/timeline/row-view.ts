import { drawing, element } from '../parts/element.js';
import { icon } from './icons.js';
import type { EndingRow, ProbesRow, Row } from './rows.js';
import { causeInWords, duration, entryInWords, LANES, laneOf, personOf, probesInWords } from './sentences.js';
import { type Bar, waterfallOf } from './waterfall.js';

/** Draws one line of the list. @param owner whose session it is about, where that is known */
export function drawRow(row: Row, owner: string | undefined): HTMLLIElement {
  const lane = laneOf(row);
  const badge = element('span', { class: 'badge' }, icon(lane), LANES[lane]);
  return element('li', { class: `row ${lane}` }, moment(atOf(row)), badge, ...contentOf(row, owner));
}

function contentOf(row: Row, owner: string | undefined): readonly HTMLElement[] {
  if (row.kind === 'probes') return drawProbes(row);
  if (row.kind === 'ending') return drawEnding(row);
  const { entry } = row;
  const took = entry.kind === 'silent' && entry.tookMs !== undefined ? [measure(entry.tookMs)] : [];
  return [element('span', { class: 'words' }, entryInWords(entry, owner)), ...took];
}

const atOf = (row: Row): string =>
  row.kind === 'entry' ? row.entry.at : row.kind === 'probes' ? row.last.at : row.ended.at;

/** Shows a moment to the millisecond. */
function moment(at: string): HTMLTimeElement {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const thousandths = element('span', { class: 'ms' }, `.${String(date.getMilliseconds()).padStart(3, '0')}`);
  return element('time', { datetime: at }, seconds, thousandths);
}

const measure = (ms: number): HTMLElement => element('span', { class: 'measure' }, duration(ms));

function drawProbes(row: ProbesRow): readonly HTMLElement[] {
  const words = element('span', { class: `words ${row.last.verdict}` }, probesInWords(row));
  if (row.count === 1) return [words];
  return [words, element('span', { class: 'measure' }, `${row.count} times`)];
}

function drawEnding(row: EndingRow): readonly HTMLElement[] {
  const { ended, receipts, missing } = row;
  const { bars, totalMs, scaleMs } = waterfallOf(row);
  const words = element('span', { class: 'words' });
  words.append(element('strong', {}, `Session ended: ${personOf(ended.sub)}`), `, ${causeInWords(ended.cause)}`);
  const waitsFor = missing.length > 0 ? `waiting for ${missing.join(', ')}` : 'no receipt yet';
  const isWhole = totalMs !== undefined && missing.length === 0;
  const total = isWhole
    ? element('span', { class: 'measure total' }, `services: ${duration(totalMs)}`)
    : element('span', { class: 'measure waiting' }, waitsFor);
  total.title = isWhole ? `from the ending to the last of ${receipts.length} receipts` : '';
  if (bars.length === 0) return [words, total];
  return [words, total, element('ul', { class: 'bars' }, ...bars.map((bar) => drawBar(bar, scaleMs)))];
}

function drawBar({ kind, label, fromMs, toMs }: Bar, scaleMs: number): HTMLLIElement {
  const percent = (ms: number): number => (ms / scaleMs) * 100;
  const width = Math.max(percent(toMs - fromMs), 0.8);
  const x = Math.min(percent(fromMs), 100 - width);
  const track = drawing('rect', { class: 'track', x: '0', y: '5', width: '100%', height: '2' });
  const bar = drawing('rect', { class: 'bar', x: `${x}%`, y: '1', width: `${width}%`, height: '10', rx: '2' });
  const picture = drawing('svg', { class: 'scale', width: '100%', height: '12', 'aria-hidden': 'true' }, track, bar);
  const text = kind === 'page' ? `after ${duration(toMs)}` : duration(toMs - fromMs);
  return element(
    'li',
    { class: kind },
    element('span', {}, label),
    picture,
    element('span', { class: 'measure' }, text),
  );
}
