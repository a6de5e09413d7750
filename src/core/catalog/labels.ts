const spellings = new Map(
  ['API', 'CA', 'CWD', 'DNS', 'HTTP', 'HTTPS', 'ID', 'OS', 'SSE', 'SSL', 'URI', 'URL', 'gRPC'].map(
    (word) => [word.toLowerCase(), word],
  ),
).set('x509', 'X.509');

/** A field's name in words: `api_key` → "API key", `grpc_port` → "gRPC port". */
export function labelOf(name: string): string {
  const words = name.split('_').map((word) => spellings.get(word) ?? word);
  const [first = '', ...others] = words;
  return [spellings.has(first.toLowerCase()) ? first : capitalized(first), ...others].join(' ');
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
