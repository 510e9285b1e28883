/**
 * Runs benchmarks on a fresh build, and prints what was measured. Nothing is asserted.
 *
 *     bench.mjs [user|events|memory|proxy|claim|probes|relay|revoke|guard|refused …] [--quick] [--seconds 5] [--rounds 5] [--profile <folder>]
 */
import { ensureInstalled, ensurePostgres } from './bootstrap.mjs';
import { build } from './build.mjs';

await ensureInstalled();
await ensurePostgres();
await build();
await import('../dist/bench/main.js');
