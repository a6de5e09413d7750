import { newConnection } from '../connections/connection.input.ts';
import { requiredText } from '../input.ts';

/**
 * The fields of credentials for a requirement, for GraphQL and REST alike. Which type it must be, the
 * requirement says; the config of a known one is judged before that is read.
 */
export const submittedCredentials = { type: requiredText(200), config: newConnection.config };
