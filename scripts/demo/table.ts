/** One row of what a person reads at the end. */
export interface StepRow {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  readonly ms: number;
}

/** Lays the steps out in aligned columns, then the figures. Plain text without colours. */
export function formatTable(
  steps: readonly StepRow[],
  figures: readonly (readonly [name: string, ms: number | null])[],
): string {
  const rows = [
    ['step', 'what happened', 'result', 'took'],
    ...steps.map(({ id, title, ok, ms }) => [id, title, ok ? 'ok' : 'FAILED', formatMs(ms)]),
  ];
  const idWidth = widest(rows, 0);
  const titleWidth = widest(rows, 1);
  const lines = rows.map(
    ([id = '', title = '', result = '', took = '']) =>
      `  ${id.padEnd(idWidth)}  ${title.padEnd(titleWidth)}  ${result.padEnd(6)}  ${took.padStart(8)}`,
  );
  const measured = figures.filter((figure): figure is readonly [string, number] => figure[1] !== null);
  const nameWidth = Math.max(0, ...measured.map(([name]) => name.length));
  const figureLines = measured.map(([name, ms]) => `  ${name.padEnd(nameWidth)}  ${formatMs(ms).padStart(8)}`);
  return [...lines, ...(measured.length > 0 ? [''] : []), ...figureLines].join('\n');
}

/** Writes a duration for people: `7 ms`, `2.4 s`. */
export function formatMs(ms: number): string {
  return Math.abs(ms) < 1000 ? `${Math.round(ms).toString()} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const widest = (rows: readonly (readonly string[])[], column: number): number =>
  Math.max(...rows.map((row) => row[column]?.length ?? 0));
