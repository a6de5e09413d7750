import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { apiKey, text, url } from './fields.ts';
import { requestParts } from './http.fields.ts';

const audio = typesOf('audio');

/** Speech, in and out. */
export const audioTypes: readonly ConnectionType[] = [
  audio('Whisper', 'Whisper', [
    url('url', 'https://api.openai.com/v1/'),
    text('method', 'POST'),
    ...requestParts,
    apiKey,
  ]),
  audio('ElevenLabs', 'ElevenLabs', [
    url('url', 'https://api.elevenlabs.io/v1/'),
    text('method', 'POST'),
    ...requestParts,
    apiKey,
  ]),
];
