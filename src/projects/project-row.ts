import type { Project } from '../db/generated/client.ts';

/** The columns of a project as JSON; `p` is its table. */
export const projectColumns = `p.id, p.organization_id, p.name,
  COALESCE(p.redirect_urls, '{}') AS redirect_urls, p.created_at`;

/** What {@link projectColumns} are as JSON. */
export type ProjectJson = {
  id: string;
  organization_id: string;
  name: string;
  redirect_urls: string[];
  created_at: string;
};

export function projectFromJson(json: ProjectJson): Project {
  return {
    id: json.id,
    organizationId: json.organization_id,
    name: json.name,
    redirectUrls: json.redirect_urls,
    createdAt: new Date(json.created_at),
  };
}
