import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { choice, headers, optional, seconds, secretTexts, text, texts, url } from './fields.ts';

const mcp = typesOf('mcp');

/** Model Context Protocol servers. */
export const mcpTypes: readonly ConnectionType[] = [
  mcp('MCPSse', 'MCP (SSE)', [
    url('url'),
    headers,
    seconds('timeout', 5),
    seconds('sse_read_timeout', 300),
  ]),
  mcp('MCPStreamableHTTP', 'MCP (streamable HTTP)', [
    url('url'),
    headers,
    seconds('timeout', 30),
    seconds('sse_read_timeout', 300),
  ]),
  mcp('MCPStdio', 'MCP (stdio)', [
    text('command'),
    texts('args'),
    secretTexts('env'),
    optional(text('cwd')),
    text('encoding', 'utf-8'),
    choice('encoding_error_handler', ['strict', 'ignore', 'replace'], 'strict'),
  ]),
];
