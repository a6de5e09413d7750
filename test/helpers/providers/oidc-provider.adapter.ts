type Payload = { grantId?: string; uid?: string; consumed?: number };

/**
 * A store for one provider. The package's own store is shared by all providers of a
 * process, and forgets the oldest of a thousand entries.
 */
export function createAdapter(): (model: string) => object {
  const rows = new Map<string, Payload>();
  return (model) => ({
    upsert: async (id: string, payload: Payload) => {
      rows.set(`${model}:${id}`, payload);
    },
    find: async (id: string) => rows.get(`${model}:${id}`),
    findByUid: async (uid: string) => {
      for (const [key, row] of rows) if (key.startsWith(`${model}:`) && row.uid === uid) return row;
      return undefined;
    },
    consume: async (id: string) => {
      const row = rows.get(`${model}:${id}`);
      if (row !== undefined) row.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id: string) => {
      rows.delete(`${model}:${id}`);
    },
    revokeByGrantId: async (grantId: string) => {
      for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key);
    },
  });
}
