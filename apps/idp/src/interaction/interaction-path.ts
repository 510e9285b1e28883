/** Gives the address of the page that asks a question of the policy. The engine binds the interaction's cookie to it. */
export function interactionPath(uid: string, prompt: string): string {
  const base = `/interaction/${encodeURIComponent(uid)}`;
  return prompt === 'login' ? base : `${base}/${prompt.replaceAll('_', '-')}`;
}
