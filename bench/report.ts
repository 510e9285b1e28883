import { cpus, totalmem } from 'node:os';

/** How a benchmark is run. */
export interface Options {
  readonly seconds: number;
  readonly rounds: number;
  /** rounds before them that do not count; none where nobody reads the figures */
  readonly warmUps: number;
  /** how many browsers take turns */
  readonly browsers: number;
  /** for the gateway's Node: `--cpu-prof` */
  readonly flags: readonly string[];
}

/** What a benchmark has seen. Nothing is asserted: the reader judges. */
export interface Report {
  readonly name: string;
  readonly rows: Readonly<Record<string, object>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** Prints a report as tables, and as one line of JSON at the end. */
export function print(report: Report): void {
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  console.log(`\n${report.name}: ${JSON.stringify(machine)}`);
  console.table(mapValues(report.rows, (row) => mapValues(row as Record<string, number>, rounded)));
  console.table(mapValues(report.figures, rounded));
  console.log(JSON.stringify({ ...report, machine }));
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
