import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { type RequirementSpec, readSpec } from '../requirements/spec.ts';

/** A requirement that the user of a token wants to fulfil. */
export type RequirementOfViewer = {
  id: string;
  title: string;
  spec: RequirementSpec;
  /**
   * The addresses to which the browser can go after a consent: those of the project, and the return URL of
   * the app. Others could be used to send people to a foreign site.
   */
  returnUrls: string[];
};

/**
 * Loads a requirement of the token's app.
 *
 * @throws NotFoundError for a requirement of any other app.
 */
export async function loadRequirement(
  db: PrismaClient,
  { appId }: ConnectTokenViewer,
  id: string,
): Promise<RequirementOfViewer> {
  const requirement = isUuid(id)
    ? await db.requirement.findFirst({
        where: { id, appId },
        relationLoadStrategy: 'join',
        select: {
          id: true,
          title: true,
          kind: true,
          spec: true,
          app: { select: { returnUrl: true, project: { select: { redirectUrls: true } } } },
        },
      })
    : null;
  if (requirement === null) throw new NotFoundError('requirement');
  const { kind, spec, title, app } = requirement;
  const returnUrls = [...app.project.redirectUrls, ...(app.returnUrl ? [app.returnUrl] : [])];
  return { id: requirement.id, title, spec: readSpec(kind, spec), returnUrls };
}
