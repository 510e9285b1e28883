import { existsSync } from 'node:fs';
import { runVisibly } from './run-visibly.mjs';

/** Whether {@link aptInstall} can be used here. */
export const canAptInstall = () => existsSync('/etc/debian_version') && process.getuid?.() === 0;

/**
 * Installs packages of Debian's; the lists are fetched when they can't be had with those that are there.
 *
 * @throws Error when they can't be had, or we are not root
 */
export async function aptInstall(...packages) {
  const install = (what) =>
    runVisibly(what, 'apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...packages], {
      quiet: true,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const what = `${packages.join(', ')} from the Debian archive`;
  await install(what).catch(async () => {
    await runVisibly('apt-get update', 'apt-get', ['-qq', 'update'], { quiet: true });
    await install(`${what}, again`);
  });
}
