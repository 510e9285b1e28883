import { at, say } from '../parts/element.js';
import { runList } from './list.js';
import { runPanel } from './panel.js';
import { follow, type StreamState } from './stream.js';

const WORDS: Readonly<Record<StreamState, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  hub_away: 'The hub does not answer: what it knows is missing',
  lost: 'Stream lost. Trying again…',
};

const list = runList();
const look = runPanel();
const tell = (state: StreamState): void => {
  at('stream').dataset.state = state;
  say(at('stream-words'), WORDS[state]);
};
tell('connecting');
follow((entry) => {
  list.add(entry);
  if (entry.kind !== 'probe') look();
}, tell);
