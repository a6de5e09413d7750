import { createHash } from 'node:crypto';
import type { openApiDocument } from './openapi.ts';

type Document = ReturnType<typeof openApiDocument>;
type PathItem = NonNullable<Document['paths']>[string];
type DocumentedOperation = NonNullable<PathItem['get']>;

const documentedMethods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Draws the OpenAPI document as a page that loads nothing and runs nothing. */
export function DocsPage({ document }: { document: Document }) {
  const { info, servers = [], paths = {}, components = {} } = document;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Patchbay: the REST API</title>
        <style dangerouslySetInnerHTML={{ __html: docsStyle }} />
      </head>
      <body>
        <main>
          <h1>{info.title}: the REST API</h1>
          <p>{info.description?.replaceAll('`', '')}</p>
          <p>
            At <code>{servers[0]?.url}</code>, with{' '}
            <code>Authorization: Bearer &lt;access key&gt;</code>. For tools:{' '}
            <a href="/v1/openapi.json">openapi.json</a>.
          </p>
          {Object.entries(paths).flatMap(([path, item]) =>
            documentedMethods.map((method) => {
              const operation = item[method];
              return (
                operation && <OperationSection method={method} path={path} operation={operation} />
              );
            }),
          )}
          <h2>Schemas</h2>
          {Object.entries(components.schemas ?? {}).map(([name, schema]) => (
            <Schema id={name} title={name} schema={schema} />
          ))}
        </main>
      </body>
    </html>
  );
}

type Answer = { description?: string; content?: Record<string, { schema?: unknown }> };

function isSuccess([status]: [string, Answer]): boolean {
  return status.startsWith('2');
}

type SectionProps = { method: string; path: string; operation: DocumentedOperation };

function OperationSection({ method, path, operation }: SectionProps) {
  const { summary, operationId, servers, parameters = [], requestBody, responses } = operation;
  const answers = Object.entries<Answer>(responses ?? {});
  const body = requestBody && 'content' in requestBody ? requestBody : undefined;
  return (
    <section id={operationId}>
      <h2>
        <a href={`#${operationId}`}>
          <code>
            {method.toUpperCase()} {path}
          </code>
        </a>
      </h2>
      <p>
        {summary}. {servers && `On the app's own hostname: ${servers[0]?.url}.`}
      </p>
      {parameters.length > 0 && <Schema title="Parameters" schema={parameters} />}
      {body && <Schema title="Body" schema={body.content['application/json']?.schema} />}
      {answers.filter(isSuccess).map(([status, { content }]) => (
        <Schema title={`${status} answers`} schema={content?.['application/json']?.schema} />
      ))}
      <p>
        Failures:{' '}
        {answers
          .filter((answer) => !isSuccess(answer))
          .map(([status, { description }]) => `${status} ${description}`)
          .join(', ')}
        .
      </p>
    </section>
  );
}

function Schema({ id, title, schema }: { id?: string; title: string; schema: unknown }) {
  return (
    <details id={id}>
      <summary>{title}</summary>
      <pre>{JSON.stringify(schema, null, 2)}</pre>
    </details>
  );
}

const docsStyle = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
h1 { line-height: 1.25; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 0; }
h2 a { color: inherit; text-decoration: none; }
p { margin: .25rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; font-size: .85rem; }
`;

const docsStyleDigest = createHash('sha256').update(docsStyle).digest('base64');

/** The Content-Security-Policy of the page. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${docsStyleDigest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
