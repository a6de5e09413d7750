import type { IncomingMessage, ServerResponse } from 'node:http';

/** A message that a front end received. */
export type Heard = { origin: string; data: { type: string; status: string } };

/**
 * Front ends that open the connect page at `?address=`: `/popup` by a button, `/frame` at once. They
 * keep their messages in `heard`. `?policy=` is their Cross-Origin-Opener-Policy. `/cookie` shows
 * the cookies of its request, and sets one for every site.
 */
export function serveFrontEnd({ url = '', headers }: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams } = new URL(url, 'https://portal.test');
  response.setHeader('content-type', 'text/html');
  if (pathname === '/cookie') {
    response.setHeader('set-cookie', 'third=1; Path=/; Secure; SameSite=None');
    response.end(`<!doctype html><p>Cookies: ${headers.cookie ?? 'none'}</p>`);
    return;
  }
  const policy = searchParams.get('policy') ?? 'same-origin-allow-popups';
  response.setHeader('cross-origin-opener-policy', policy);
  const address = searchParams.get('address') ?? '';
  response.end(draw(address, pathname === '/frame'));
}

function draw(address: string, isFramed: boolean): string {
  // As docs/connect-page.md says: at once, and to the address when there is one.
  const opening = `window.popup = window.open('about:blank', 'connect', 'popup');
    setTimeout(() => { popup.location = ${JSON.stringify(address)}; })`;
  const shown = isFramed
    ? `<iframe src="${address}" title="Connect" width="340" height="640"></iframe>`
    : '<button>Connect</button>';
  return `<!doctype html><html lang="en"><title>Portal</title>
<script>
  const heard = [];
  addEventListener('message', ({ origin, data }) => heard.push({ origin, data }));
  addEventListener('click', () => { ${opening}; });
</script>
<main><h1>Portal</h1>${shown}</main></html>`;
}
