const LOOPBACK = /^(?:(?:[^.]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether what is sent to an address goes to another machine without TLS, where others can read it. */
export function isClearText({ protocol, hostname }: Pick<URL, 'protocol' | 'hostname'>): boolean {
  return protocol !== 'https:' && !LOOPBACK.test(hostname);
}
