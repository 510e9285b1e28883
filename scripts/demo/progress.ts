import { formatMs } from './table.js';

/** Where lines go. `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Back to the start of the line, and nothing left of what stood there. */
const clearLine = '\r\u001b[K';
const labelWidth = 34;
const tickMs = 1000;
const quietTicks = 10;

/** Tells a person what is going on: one line for each piece of work, with the seconds while it takes long. */
export class Progress {
  constructor(private readonly screen: Screen) {}

  /** Writes one line. */
  say(text = ''): void {
    this.screen.write(`${text}\n`);
  }

  /**
   * Does `work` and writes what it took. A fault writes `failed` and is thrown on.
   *
   * @param work is given a function that says what is being done just now
   */
  async during<T>(label: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const start = performance.now();
    const live = this.screen.isTTY === true;
    let ticks = 0;
    let detail = '';
    const ticker = setInterval(() => {
      ticks += 1;
      if (live) this.screen.write(`${clearLine}  ${label.padEnd(labelWidth)} ${ticks.toString()} s${detail}`);
      else if (ticks % quietTicks === 0) this.say(`  ${label}: ${ticks.toString()} s${detail}`);
    }, tickMs);
    const finish = (word: string): void => {
      clearInterval(ticker);
      this.screen.write(`${live && ticks > 0 ? clearLine : ''}  ${label.padEnd(labelWidth)} ${word}\n`);
    };
    try {
      const result = await work((text) => (detail = `  ${text}`));
      finish(formatMs(performance.now() - start));
      return result;
    } catch (error) {
      finish('failed');
      throw error;
    }
  }
}
