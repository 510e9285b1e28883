import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.mjs';
import { say } from './run-visibly.mjs';

const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/Applications/Firefox.app/Contents/MacOS'];

/** What the tests start, by the variable that may name it. */
const PROGRAMS = {
  FIREFOX: ['firefox-esr', 'firefox'],
  WEBKIT_DRIVER: ['WebKitWebDriver'],
  XVFB: ['Xvfb'],
};
const PACKAGES = ['firefox-esr', 'webkit2gtk-driver', 'xvfb'];

/**
 * Finds Firefox and WebKitGTK (with a display for it), beside which Chromium is not alone among the tested browsers, and sets
 * FIREFOX, WEBKIT_DRIVER and XVFB. On Debian, as root, they are installed. Where they can't be had nothing fails: the tests of
 * that engine are left out, and a line says so.
 */
export async function findEngines() {
  if (lookAround().length > 0 && canAptInstall())
    await aptInstall(...PACKAGES).catch((error) => {
      say(error.message);
    });
  const missing = lookAround();
  if (missing.length === 0) return;
  const advice = `apt-get install ${PACKAGES.join(' ')} (Debian, as root), or name them in these variables`;
  say(`no ${missing.join(', no ')}: tests in that browser are left out. To have them: ${advice}`);
}

/** Sets the variables of what is there, and gives the others'. */
function lookAround() {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((part) => part !== ''), ...USUAL_FOLDERS];
  return Object.entries(PROGRAMS)
    .filter(([variable, names]) => {
      const given = process.env[variable];
      const files =
        given === undefined ? names.flatMap((name) => folders.map((folder) => join(folder, name))) : [given];
      const found = files.find((file) => existsSync(file) && runs(variable, file));
      if (found === undefined) delete process.env[variable];
      else process.env[variable] = found;
      return found === undefined;
    })
    .map(([variable]) => variable);
}

/** Ubuntu's `firefox` may be an advertisement for the snap; the others answer to no `--version`. */
function runs(variable, file) {
  if (variable !== 'FIREFOX') return true;
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return /^Mozilla Firefox/.test(stdout ?? '');
}
