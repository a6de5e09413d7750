import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's; the one without windows takes half the processor time. */
const executables = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;
const executablePath = executables.find(existsSync) ?? executables[0];

/** A browser that asks nothing of anybody by itself. */
const quietFlags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
  // A process for every site on a page takes a quarter more, and these tests tell no difference.
  ...['--disable-site-isolation-trials', '--renderer-process-limit=1'],
  // Only the last list of features counts, so this repeats what matters here of the driver's own. Without
  // spare renderers these tests start half as many, and take less than three quarters of the time.
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,PaintHolding,ThirdPartyStoragePartitioning,OptimizationHints,NetworkTimeServiceQuerying,SpareRendererForSitePerProcess',
];

export function launchChromium(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...quietFlags, ...flags] });
}
