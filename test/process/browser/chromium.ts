/** Debian's. */
export const chromiumPath = '/usr/bin/chromium';

/** A browser that asks nothing of anybody by itself. */
export const quietFlags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
