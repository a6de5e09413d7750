import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { apiKey, fixed, headers, optional, secretLines, text, url } from './fields.ts';
import { together } from './rules.ts';

const llm = typesOf('llm');

// The entries of a Google service account's key file.
const serviceAccount = [
  optional(text('project_id')),
  optional(text('private_key_id')),
  optional(secretLines('private_key')),
  optional(text('client_email')),
  optional(text('client_id')),
  optional(text('auth_uri')),
  optional(text('token_uri')),
  optional(text('auth_provider_x509_cert_url')),
  optional(text('client_x509_cert_url')),
  optional(text('universe_domain')),
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
    optional(text('vertex_endpoint_dns')),
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
