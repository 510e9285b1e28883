import { discard, held, release } from './brake-commands.js';
import { probeCalibrate } from './calibrate/probe-calibrate.js';
import type { Command } from './command.js';
import { dead, retry } from './dead-events.js';
import { natsPermissions } from './nats-permissions.js';
import { plan } from './plan.js';
import { receipts } from './receipts.js';
import { status } from './status.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = {
  status,
  held,
  release,
  discard,
  dead,
  retry,
  receipts,
  plan,
  'nats-permissions': natsPermissions,
  'probe-calibrate': probeCalibrate,
};
