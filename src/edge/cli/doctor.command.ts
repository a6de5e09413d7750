import { discoverKeys } from '../../core/access/identity-provider.ts';
import { openOutbound } from '../../core/outbound/outbound.ts';
import type { Config } from '../../platform/config/config.ts';
import { ConfigError } from '../../platform/errors.ts';
import { openInstallation } from '../server/open-installation.ts';
import {
  type Finding,
  findConfigFaults,
  findDatabaseFaults,
  findTypeFileFaults,
} from './doctor.checks.ts';
import { findMissingDatabase } from './open-for-work.ts';
import type { RunCommand } from './parse.ts';

/** Prints one line for each check. The exit code is 1 if a check fails, so that a script can use it. */
export const run: RunCommand = async (_options, readConfig) => {
  const findings = await examineInstallation(readConfig);
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { what, isWell, says } of findings) {
    process.stdout.write(`${isWell ? 'ok  ' : 'BAD '} ${what.padEnd(width)}  ${says}\n`);
  }
  return findings.every(({ isWell }) => isWell) ? 0 : 1;
};

/** Runs all checks. A check whose precondition fails is left out, so that each fault appears once. */
async function examineInstallation(readConfig: () => Config): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    return [{ what: 'configuration', isWell: false, says: describeFault(error) }];
  }
  const findings = [
    ...findConfigFaults(config),
    ...(await findTypeFileFaults(config)),
    ...(await findIdentityProvider(config)),
  ];
  const missing = findMissingDatabase(config);
  if (missing !== undefined) {
    return [...findings, { what: 'database', isWell: false, says: missing }];
  }
  try {
    const installation = await openInstallation(config, { makesKeys: false });
    try {
      findings.push(...(await findDatabaseFaults(installation, config)));
    } finally {
      await installation.close();
    }
  } catch (error) {
    findings.push({ what: 'database', isWell: false, says: describeFault(error) });
  }
  return findings;
}

async function findIdentityProvider(config: Config): Promise<Finding[]> {
  if (config.oidc === undefined) return [];
  const what = 'identity provider';
  try {
    await discoverKeys({ config, outbound: openOutbound(config.outboundAllow) });
    return [{ what, isWell: true, says: `${config.oidc.issuer} publishes its keys` }];
  } catch (error) {
    const says = `OIDC_ISSUER, ${config.oidc.issuer}, does not publish its keys: ${describeFault(error)}`;
    return [{ what, isWell: false, says }];
  }
}

function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof ConfigError ? error.message.replaceAll('\n', ' ') : error.message;
}
