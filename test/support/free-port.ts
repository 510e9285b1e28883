/** The same ports as the demo's: the tests of an app reach no script. */
export { freePort } from '../../scripts/stack/free-port.js';
