import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { type NatsRole, permissionsOf, toNatsConf, userOf } from '../stack/nats-permissions.js';
import { type Command, UsageError } from './command.js';

const OPTIONS = { services: { type: 'string' } } as const;

const help = `  session-poller          the user of the session-pollers
  <service>               the user of the service of that name
  observer                somebody who looks on and publishes nothing
  --services A,B,C        every service that there is: their places in the stream are closed to the others. Print all
                          blocks anew when one comes along. Not needed for session-poller

The block goes into nats.conf behind "permissions:" of a user, whoever it is: with a password or an nkey. docs/nats.md.`;

/** Prints what a NATS user may do, for an operator's own nats.conf. */
export const natsPermissions: Command = {
  usage: 'session-poller | observer --services A,B | <service> --services A,B',
  summary: 'prints the permissions that a user of your own NATS needs, as a block of nats.conf',
  help,
  run: (args, say) => {
    const role = roleIn(args);
    say(`# user ${userOf(role)}`);
    say(`permissions: ${textOf(role)}`);
    return Promise.resolve(0);
  },
};

function roleIn(args: readonly string[]): NatsRole {
  const { positionals, values } = parsed(args);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('it takes one name');
  if (name === 'session-poller') return { kind: 'session-poller' };
  const services = values.services?.split(',').map((service) => service.trim());
  if (services === undefined) throw new UsageError('--services is missing: the names of all services');
  if (name === 'observer') return { kind: 'observer', services };
  if (!services.includes(name)) throw new UsageError(`${name} is not among --services`);
  return { kind: 'service', service: name, services };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(isNativeError(cause) ? cause.message : 'the arguments can’t be read', { cause });
  }
}

function textOf(role: NatsRole): string {
  try {
    return toNatsConf(permissionsOf(role));
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}
