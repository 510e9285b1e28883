import { Logger } from '@nestjs/common';
import { ConfigError, loadConfig } from '#config';
import { SystemClock } from '#http';
import { IdpConfig } from './config.js';
import { takeLibraryNotices } from './library-notices.js';
import { startFault } from './start-fault.js';

const config = loadConfig('idp', IdpConfig, { env: process.env, argv: process.argv.slice(2) });
takeLibraryNotices(console, new Logger('oidc-provider'));
const { startIdp } = await import('./start-idp.js'); // later than the line above, since the library speaks when loaded
try {
  await startIdp(config, new SystemClock());
  new Logger('idp').log(`idp.started issuer=${config.IDP_ISSUER}`);
} catch (error) {
  const faulty = error instanceof ConfigError;
  process.stderr.write(
    `idp: ${faulty ? `the configuration can't be used:\n${error.message}` : `can't start: ${startFault(error)}`}\n`,
  );
  process.exit(faulty ? 78 : 1);
}
