import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import {
  address,
  apiKey,
  fixed,
  headers,
  issued,
  optional,
  privateKey,
  text,
  url,
} from './fields.ts';
import { together } from './rules.ts';

const llm = typesOf('llm');

// The entries of a Google service account's key file.
const serviceAccount = [
  optional(text('project_id')),
  optional(issued('private_key_id')),
  optional(privateKey('private_key')),
  optional(text('client_email')),
  optional(issued('client_id')),
  optional(address('auth_uri')),
  optional(address('token_uri')),
  optional(address('auth_provider_x509_cert_url')),
  optional(address('client_x509_cert_url')),
  optional(address('universe_domain')),
];

/** Language models. */
export const llmTypes: readonly ConnectionType[] = [
  llm('Dynamiq', 'Dynamiq', [apiKey, url('url', 'https://api.getdynamiq.ai'), headers]),
  llm('OpenAI', 'OpenAI', [apiKey, url('url', 'https://api.openai.com/v1')]),
  llm('Anthropic', 'Anthropic', [apiKey]),
  llm('Gemini', 'Gemini', [apiKey]),
  {
    ...llm('GoogleCloud', 'Google Cloud', serviceAccount),
    rules: [together('private_key', 'client_email')],
  },
  llm('VertexAI', 'Vertex AI', [
    ...serviceAccount,
    text('vertex_project_id'),
    text('vertex_project_location'),
    optional(text('vertex_endpoint_id')),
    optional(address('vertex_endpoint_dns')),
    optional(url('vertex_api_base')),
  ]),
  llm('Cohere', 'Cohere', [apiKey]),
  llm('Mistral', 'Mistral', [apiKey]),
  llm('Groq', 'Groq', [apiKey]),
  llm('TogetherAI', 'Together AI', [apiKey]),
  llm('Anyscale', 'Anyscale', [apiKey]),
  llm('HuggingFace', 'Hugging Face', [apiKey]),
  llm('WatsonX', 'watsonx', [apiKey, text('project_id'), url('url')]),
  llm('AzureAI', 'Azure AI', [apiKey, url('url'), text('api_version')]),
  llm('DeepInfra', 'DeepInfra', [apiKey]),
  llm('Cerebras', 'Cerebras', [apiKey]),
  llm('Replicate', 'Replicate', [apiKey]),
  llm('AI21', 'AI21', [apiKey]),
  llm('SambaNova', 'SambaNova', [apiKey]),
  llm('Novita', 'Novita', [apiKey]),
  llm('Perplexity', 'Perplexity', [apiKey]),
  llm('DeepSeek', 'DeepSeek', [apiKey]),
  llm('Ollama', 'Ollama', [url('url', 'http://localhost:11434')]),
  llm('xAI', 'xAI', [apiKey]),
  llm('FireworksAI', 'Fireworks AI', [apiKey]),
  llm('NvidiaNIM', 'NVIDIA NIM', [apiKey, url('url')]),
  llm('Databricks', 'Databricks', [apiKey, url('url')]),
  llm('OpenRouter', 'OpenRouter', [apiKey, url('url', 'https://openrouter.ai/api/v1')]),
  llm('Lakera', 'Lakera', [apiKey, fixed('url', 'https://api.lakera.ai/v2/')]),
];
