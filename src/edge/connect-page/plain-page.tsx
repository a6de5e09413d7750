import type { Child } from 'hono/jsx';

/** A page of a few words, for a browser that ends here. Loads nothing and runs nothing. */
export function PlainPage({ title, children }: { title: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: pageStyle }} />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

export const pageStyle = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; background: Canvas; }
main { box-sizing: border-box; width: min(32rem, 100%); padding: 1.5rem 2rem; overflow-wrap: anywhere;
  border: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); border-radius: 0.5rem; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
button { padding: 0.5rem 1rem; font: inherit; cursor: pointer; }
`;
