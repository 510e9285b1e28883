/** Stops what global-setup.mjs started. If it never runs, the guardian does the same. */
export default async function globalTeardown() {
  await globalThis.stopTestDatabases();
}
