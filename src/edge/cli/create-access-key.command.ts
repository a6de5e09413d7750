import type { Deps } from '../../core/deps/deps.ts';
import { issueAccessKey } from '../../features/people/access-keys.operations.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import { nameText } from '../../platform/input.ts';
import { openForWork, requireProjectId } from './open-for-work.ts';
import { type RunCommand, UsageError } from './parse.ts';

/** Creates an access key. Only the key goes to standard output, so a script can store it in a variable. */
export const run: RunCommand = (options, config) => {
  const name = requireName(String(options.name));
  const role = readRole(String(options.role));
  return openForWork(config(), async ({ deps }) => {
    const projectId = await requireProjectId(deps, options.project);
    const organizationId = await chooseOrganization(deps, projectId);
    const key = await issueAccessKey(deps, { organizationId, projectId, name, role });
    process.stdout.write(`${key}\n`);
    return 0;
  });
};

function requireName(given: string): string {
  const parsed = nameText(120).safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--name ${parsed.error.issues[0]?.message}.`);
}

function readRole(given: string): Role {
  const role = Object.values(Role).find((known) => known === given);
  if (role !== undefined) return role;
  throw new UsageError(`--role must be one of ${Object.keys(Role).join(', ')}.`);
}

/** Returns the organization of a project, or the only organization if no project is given. */
async function chooseOrganization({ db }: Deps, projectId: string | null): Promise<string> {
  if (projectId !== null) {
    const { organizationId } = await db.project.findUniqueOrThrow({ where: { id: projectId } });
    return organizationId;
  }
  const [organization, another] = await db.organization.findMany({ take: 2 });
  if (organization === undefined)
    throw new UsageError('There is no organization yet. Start the server first.');
  if (another === undefined) return organization.id;
  throw new UsageError('There are several organizations. Choose one with --project.');
}
