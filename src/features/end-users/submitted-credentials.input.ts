import { requiredText } from '../../platform/input.ts';
import { newConnection } from '../connections/connection.input.ts';

/**
 * The fields of credentials for a requirement, for GraphQL and REST alike. Which type it must be, and so
 * what the config must hold, the requirement says.
 */
export const submittedCredentials = { type: requiredText(200), config: newConnection.config };
