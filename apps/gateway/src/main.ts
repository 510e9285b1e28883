import 'reflect-metadata';
import { loadConfig, orExit, toDocumentHelp } from '#config';
import { SystemClock } from '#http';
import { importAssertionKey, toPublicJwk } from '#oidc';
import { GatewayConfig } from './config.js';
import { buildFrontEnds } from './front-ends/build-front-ends.js';
import { FrontEndsFile } from './front-ends/front-ends-file.js';
import { readFrontEndsFile } from './front-ends/read-front-ends-file.js';
import { ListenFault, startGateway } from './start-gateway.js';

const clock = new SystemClock();
const fileHelp = toDocumentHelp('The file of FRONT_ENDS, in YAML; docs/front-ends.md has examples:', FrontEndsFile);
const config = loadConfig('gateway', GatewayConfig, { env: process.env, argv: process.argv }, fileHelp);
const sites = orExit('gateway', () => {
  const { file, secrets } = readFrontEndsFile(config.FRONT_ENDS, process.env);
  return buildFrontEnds(file, secrets, clock);
});
const keys = {
  signing: await importAssertionKey(config.ASSERTION_KEYS.keys[0]),
  published: config.ASSERTION_KEYS.keys.map(toPublicJwk),
};
try {
  await startGateway({ config, sites, keys, clock });
} catch (error) {
  if (!(error instanceof ListenFault)) throw error;
  process.stderr.write(`gateway: can't start: ${error.message}\n`);
  process.exit(1);
}
