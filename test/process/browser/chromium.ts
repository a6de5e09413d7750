import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's chromium; the headless shell takes half the processor time. */
const executables = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;
const executablePath = executables.find(existsSync) ?? executables[0];

/** Launches a browser that sends no request by itself. */
const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  // A process for every site takes a quarter more time, and makes no difference to these tests.
  '--disable-site-isolation-trials',
  '--renderer-process-limit=1',
  // Only the last list of features counts, so this repeats the driver's relevant ones. Without
  // spare renderers these tests start half as many, and take less than three quarters of the time.
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,PaintHolding,ThirdPartyStoragePartitioning,OptimizationHints,NetworkTimeServiceQuerying,SpareRendererForSitePerProcess',
];

export function launchChromium(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...quietFlags, ...flags] });
}
