import { drawing } from '../parts/element.js';
import type { Lane } from './sentences.js';

/** Outlines on a field of 16 by 16. */
const OUTLINES: Readonly<Record<Lane | 'ready' | 'not_ready' | 'stopped', string>> = {
  signin: 'M6 3h6.5v10H6M2.5 8H9M6.8 5.3 9.5 8l-2.7 2.7',
  page: 'M2.5 3h11v10h-11zM2.5 6h11M4.7 4.5h.1',
  poller: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3l3.2 3.2',
  ending: 'M8 2v5.5M4.6 4.2a5.2 5.2 0 1 0 6.8 0',
  event: 'M2.5 5.5 8 9.5l5.5-4M2.5 3.5h11v9h-11z',
  panel: 'M3 4.5h10M3 11.5h10M6 3v3M10.5 10v3',
  ready: 'M3 8.5l3.2 3.2L13 5',
  not_ready: 'M8 3v6M8 12v.6',
  stopped: 'M4 4h8v8H4z',
};

/** Makes a picture for a word that stands beside it. */
export const icon = (name: keyof typeof OUTLINES): SVGSVGElement =>
  drawing(
    'svg',
    { viewBox: '0 0 16 16', width: '16', height: '16', 'aria-hidden': 'true', class: 'icon' },
    drawing('path', { d: OUTLINES[name] }),
  );
