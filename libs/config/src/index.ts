export { ConfigError, loadConfig, readConfig } from './load-config.js';
export type { ConfigFault, ConfigSource } from './load-config.js';
export { describeConfig, toMarkdownTable, toHelpText } from './describe-config.js';
export type { KeyDescription } from './describe-config.js';
export { httpOrigin, keyValueList, list, positiveSeconds, port, switchKey } from './values.js';
