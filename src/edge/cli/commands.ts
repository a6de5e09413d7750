import { Role } from '../../platform/db/generated/enums.ts';
import type { Command } from './parse.ts';

/** What the tool can do. What does it is loaded when it is asked for: it takes half of the server along. */
export const commands: readonly Command[] = [
  {
    name: 'doctor',
    syntax: '',
    summary: 'say of each thing that a server needs whether it is well, and if not, what to do',
    options: {},
    load: async () => (await import('./doctor.command.ts')).run,
  },
  {
    name: 'create-access-key',
    syntax: '--name NAME --role ROLE [--project ID]',
    summary: `print a new access key, this once; ROLE is ${Object.keys(Role).join(', ')}`,
    options: {
      name: { type: 'string', required: true },
      role: { type: 'string', required: true },
      project: { type: 'string' },
    },
    load: async () => (await import('./create-access-key.command.ts')).run,
  },
  {
    name: 'rotate-master-key',
    syntax: '',
    summary: 'make the first of MASTER_KEYS the active one, and wrap every data key with it',
    options: {},
    load: async () => (await import('./rotate-master-key.command.ts')).run,
  },
  {
    name: 'rotate-data-keys',
    syntax: '[--project ID]',
    summary: 'make new data keys, and seal every value anew with them',
    options: { project: { type: 'string' } },
    load: async () => (await import('./rotate-data-keys.command.ts')).run,
  },
  {
    name: 'rotate-signing-key',
    syntax: '[--compromised]',
    summary: 'put a new key in the place of the one that signs connect tokens',
    options: { compromised: { type: 'boolean' } },
    load: async () => (await import('./rotate-signing-key.command.ts')).run,
  },
  {
    name: 'export',
    syntax: '--file PATH',
    summary:
      'write everything to a new file, sealed as it is: it opens with the same MASTER_KEYS only',
    options: { file: { type: 'string', required: true } },
    load: async () => (await import('./export.command.ts')).run,
  },
  {
    name: 'import',
    syntax: '--file PATH',
    summary: 'fill an empty database from such a file, all of it or nothing',
    options: { file: { type: 'string', required: true } },
    load: async () => (await import('./import.command.ts')).run,
  },
  {
    name: 'export-audit',
    syntax: '--since TIME',
    summary:
      'print the audit log since a time such as 2026-01-31 or 2026-01-31T12:00Z, as JSON lines',
    options: { since: { type: 'string', required: true } },
    load: async () => (await import('./export-audit.command.ts')).run,
  },
];
