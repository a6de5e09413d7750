/** What registered itself as using a connection. */
export type ReferenceRow = {
  id: string;
  kind: string;
  externalId: string;
  label: string | null;
  createdAt: Date;
};

/** What of it is loaded with Prisma. */
export const referenceColumns = {
  id: true,
  kind: true,
  externalId: true,
  label: true,
  createdAt: true,
} as const;
