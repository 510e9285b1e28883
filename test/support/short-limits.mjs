// Loaded with --import into an app under test: what it gives up after 20 seconds or more it gives up after a fifth of that.
const LONG_MS = 20_000;
const right = globalThis.setTimeout;

globalThis.setTimeout = Object.assign(
  (then, ms, ...given) => right(then, ms >= LONG_MS ? ms / 5 : ms, ...given),
  right,
);
