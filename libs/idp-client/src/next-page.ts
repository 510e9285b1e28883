const LINK_PARAMETER = /;\s*rel\s*=\s*(?:"([^"]*)"|([\w-]+))/gi;

/** Whether a Link header names a page that follows. In linear time, whatever stands there. @see RFC 8288 §3.3 */
export function namesNextPage(link: string | undefined): boolean {
  for (const [, quoted, plain] of (link ?? '').matchAll(LINK_PARAMETER))
    if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes('next')) return true;
  return false;
}
