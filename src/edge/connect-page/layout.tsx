import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Language } from './language.ts';
import type { PageApp } from './load-page.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** What the page loads, from where; an address says its content, so browsers may keep it. */
export const assets = {
  style: asset(style, 'css', 'text/css'),
  script: asset(script, 'js', 'text/javascript'),
};

function asset(content: string, extension: string, type: string) {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return {
    content,
    path: `/connect/assets/${digest}.${extension}`,
    type: `${type}; charset=utf-8`,
  };
}

type Look = Pick<PageApp, 'accentColor' | 'logoUrl' | 'allowedOrigins'>;

/** After how many seconds, and whether the script does better where there is one. */
export type Refresh = { seconds: number; url: string; unlessScripted?: boolean };

export type ShellProps = {
  language: Language;
  title: string;
  app?: Look | undefined;
  /** Where the browser goes on by itself. */
  refresh?: Refresh | undefined;
  /** With the server's own `no-referrer` browsers send `Origin: null`, which cannot be checked. */
  referrer?: 'strict-origin';
  children: Child;
};

/** One calm column. */
export function Shell({ language, title, app, refresh, referrer, children }: ShellProps) {
  const accent = accentStyle(app);
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={language}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          {referrer && <meta name="referrer" content={referrer} />}
          {refresh && <Onward {...refresh} />}
          <title>{title}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href={assets.style.path} />
          {accent && <style dangerouslySetInnerHTML={{ __html: accent }} />}
          <script src={assets.script.path} defer />
        </head>
        <body>
          <main>{children}</main>
        </body>
      </html>
    </>
  );
}

function Onward({ seconds, url, unlessScripted }: Refresh) {
  const meta = <meta http-equiv="refresh" content={`${seconds};url=${url}`} />;
  return unlessScripted ? <noscript>{meta}</noscript> : meta;
}

/** The Content-Security-Policy of a page: its own style and script, the app's colour, logo and frames. */
export function policyFor(app?: Look): string {
  const accent = accentStyle(app);
  const digest = accent && createHash('sha256').update(accent).digest('base64');
  const ancestors =
    app === undefined || app.allowedOrigins.length === 0 ? ["'none'"] : app.allowedOrigins;
  const logo = app?.logoUrl ? new URL(app.logoUrl).origin : '';
  return [
    "default-src 'none'",
    `style-src 'self'${digest ? ` 'sha256-${digest}'` : ''}`,
    "script-src 'self'",
    "connect-src 'self'",
    `img-src data: ${logo}`.trim(),
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${ancestors.join(' ')}`,
  ].join('; ');
}

/* Whichever of black and white is read better on the colour (WCAG 2.2, relative luminance). */
function accentStyle(app: Look | undefined): string | undefined {
  const color = app?.accentColor;
  if (!color || !/^#[\da-f]{6}$/.test(color)) return undefined;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(color.slice(at, at + 2)));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const text = 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? '#fff' : '#000';
  return `:root{--accent:${color};--on-accent:${text}}`;
}

function linear(hex: string): number {
  const value = Number.parseInt(hex, 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
