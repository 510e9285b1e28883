import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/homebrew/bin'];
const MAC_APPS = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/**
 * Gives the path of Chromium or Chrome, for the tests that need a real browser: CHROMIUM, or one on PATH or in the usual
 * places. On Debian, as root, it is installed when there is none: it has too many libraries to be unpacked aside, as
 * nats-server is.
 *
 * Throws, with the command to run, when there is none.
 */
export async function findChromium() {
  const given = process.env.CHROMIUM;
  if (given !== undefined) {
    if (isGood(given)) return given;
    throw new Error(`CHROMIUM=${given} is no Chromium that runs`);
  }
  const found = lookAround();
  if (found !== undefined) return found;
  if (!canAptInstall()) throw new Error(advice());
  try {
    await aptInstall('chromium');
  } catch (error) {
    throw new Error(`${advice()} (${error.message})`, { cause: error });
  }
  const installed = lookAround();
  if (installed === undefined) throw new Error(advice());
  return installed;
}

function lookAround() {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((part) => part !== ''), ...USUAL_FOLDERS];
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...(process.platform === 'darwin' ? MAC_APPS : [])].find(isGood);
}

function isGood(file) {
  if (!existsSync(file)) return false;
  try {
    const said = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /^(Chromium|Google Chrome)/.test(said); // Ubuntu's chromium-browser may be an advertisement for the snap
  } catch {
    return false;
  }
}

function advice() {
  const commands = {
    darwin: 'brew install --cask chromium',
    linux: 'apt-get install chromium (Debian, as root)',
  };
  const command = commands[process.platform] ?? 'https://www.chromium.org/getting-involved/download-chromium';
  return `no Chromium, which the tests need. Get one: ${command}, or name one in CHROMIUM`;
}
