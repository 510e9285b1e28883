import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Copies the logs out of the run's folder, which goes away with the run, to where the person is working; to the
 * system's temporary folder when that can't be written.
 *
 * @returns the folder where they are now
 */
export async function keepLogs(runDir: string, workingDir: string, now: Date): Promise<string> {
  const name = `demo-logs-${now.toISOString().slice(0, 19).replaceAll(':', '')}`;
  return copyLogs(runDir, join(workingDir, name)).catch(() => copyLogs(runDir, join(tmpdir(), name)));
}

async function copyLogs(from: string, to: string): Promise<string> {
  await mkdir(to, { recursive: true });
  const logs = (await readdir(from)).filter((file) => file.endsWith('.log'));
  await Promise.all(logs.map((file) => copyFile(join(from, file), join(to, file))));
  return to;
}
