/** Whom a password must not be made of. */
export interface PasswordOwner {
  readonly login: string;
  readonly name: string;
  readonly email: string;
}

/** What is wrong with a new password. */
export type PasswordFault = 'too_short' | 'too_long' | 'is_public' | 'is_old';

/** Characters that a new password has at least. */
export const PASSWORD_MIN = 10;
/** Characters that a password has at most: what is longer is not typed, and hashing costs time. */
export const PASSWORD_MAX = 1024;

/** What a person is told about a fault. */
export const PASSWORD_FAULTS: Readonly<Record<PasswordFault, string>> = {
  too_short: `The new password is too short: it needs at least ${PASSWORD_MIN} characters.`,
  too_long: `The new password is too long: it may have ${PASSWORD_MAX} characters.`,
  is_public: 'The new password must not be your name or your e-mail address.',
  is_old: 'The new password is the old one.',
};

/**
 * Judges a new password. Length is what counts, no kinds of characters are asked for (NIST SP 800-63B §5.1.1.2).
 *
 * @param isOld whether it is the password of before
 * @returns undefined when it may be used
 */
export function passwordFault(password: string, owner: PasswordOwner, isOld: boolean): PasswordFault | undefined {
  if (Array.from(password.normalize('NFKC')).length < PASSWORD_MIN) return 'too_short';
  if (password.length > PASSWORD_MAX) return 'too_long';
  if ([owner.login, owner.name, owner.email].some((text) => folded(text) === folded(password))) return 'is_public';
  return isOld ? 'is_old' : undefined;
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
