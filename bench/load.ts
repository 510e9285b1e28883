/** The load, in a process of its own: reads one JSON of options from argv, writes one JSON of results. */
import autocannon from 'autocannon';
import type { Load, LoadResult } from './measure.js';

const { url, connections, seconds, headers } = JSON.parse(process.argv[2] ?? '') as Load;
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  requests: headers.map((ofOne) => ({ headers: ofOne })),
});
const { p50, p99 } = result.latency;
const seen: LoadResult = {
  requests: result['2xx'],
  failed: result.non2xx + result.errors,
  seconds: result.duration,
  p50Ms: p50,
  p99Ms: p99,
};
process.stdout.write(JSON.stringify(seen));
