import type { TokenCipher } from '#store';
import type { PersonConfig } from '../config.js';
import type { PrismaClient } from '../generated/client.js';
import { sealTotpSecret } from './authenticator-secret.js';
import { hashPassword, isPassword } from './password-hash.js';

/**
 * Writes one configured person. The first time everything; later name, login and e-mail, and the password only when the
 * configuration gives another one than it gave before: a restart undoes no change of password and no reset of a second
 * factor.
 *
 * @returns whether a person who was there before has got another password
 */
export async function seedPerson(prisma: PrismaClient, cipher: TokenCipher, person: PersonConfig): Promise<boolean> {
  const { sub, login, name, email, password, totp_secret: totp, mfa_required: mfaRequired } = person;
  const before = await prisma.account.findUnique({ where: { sub } });
  // Whoever has no configured password yet was made by an operator, or by a version that kept only the password.
  const lastGiven = before?.configuredPassword ?? before?.passwordHash;
  const isSame = lastGiven !== undefined && (await isPassword(password, lastGiven));
  const hash = isSame ? lastGiven : await hashPassword(password);
  const update = { login, name, email, configuredPassword: hash, ...(isSame ? {} : { passwordHash: hash }) };
  const totpSecret = totp === undefined ? null : sealTotpSecret(cipher, sub, totp);
  await prisma.account.upsert({
    where: { sub },
    create: { sub, login, name, email, configuredPassword: hash, passwordHash: hash, mfaRequired, totpSecret },
    update,
  });
  return before !== null && !isSame;
}
