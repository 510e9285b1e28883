/** What an example needs to know: the same for each of them. */
export const settings = {
  gateway: must('GATEWAY_URL'),
  gatewayJwksUrl: process.env.GATEWAY_JWKS_URL,
  trustedIssuer: must('TRUSTED_ISSUER'),
  nats: must('NATS_URL'),
};
export const databaseUrl = must('DATABASE_URL');
export const port = Number(process.env.PORT ?? 3000);

/** @throws Error that names what is missing */
export function must(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
