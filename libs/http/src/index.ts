export { HealthModule, HealthChecks, NotReady } from './health.module.js';
export type { HealthCheck } from './health.module.js';
export { problem, Problem } from './problem.js';
export type { ProblemBody } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { createHttpApp } from './create-http-app.js';
export { startLogger } from './start-logger.js';
export { SystemClock } from './system-clock.js';
export { processKeys } from './process-keys.js';
