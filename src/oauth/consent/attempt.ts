import type { Deps } from '../../core/deps/deps.ts';
import type { Place } from '../../core/vault/sealed.ts';

/** What a PKCE verifier is bound to. It is sealed with the server's own key. */
export function placeOfVerifier(organizationId: string, attemptId: string): Place {
  return {
    organizationId,
    projectId: null,
    table: 'authorization_attempt',
    rowId: attemptId,
    column: 'verifier',
  };
}

/* A consent can be taken back for an hour after it was given, and is given within ten minutes. */
const forgetStatement = `
  DELETE FROM authorization_attempt WHERE expires_at < now() - interval '2 hours'`;

/** Deletes the attempts that nothing can come back to. */
export async function forgetOldAttempts({ sql, log }: Deps): Promise<void> {
  try {
    await sql('forget-old-attempts', forgetStatement, []);
  } catch (error) {
    log.warn({ err: error }, 'old attempts were not deleted');
  }
}
