import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { script, style } from './generated/client.ts';
import type { Language } from './language.ts';
import type { PageApp, PageRequirement } from './visit.ts';
import { clip } from './words/told.ts';
import type { Words } from './words/words.en.ts';

/** The files of the page. Their addresses contain a digest of the content, so browsers can cache them. */
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

/** The settings of the app that decide how its pages look and who can embed them. */
type Look = Pick<PageApp, 'accentColor' | 'logoUrl' | 'allowedOrigins'>;

/** A reload after some seconds; `unlessScripted`: only if the browser runs no script. */
type PageRefresh = { seconds: number; url: string; unlessScripted?: boolean };

type ShellProps = {
  language: Language;
  title: string;
  app?: Look | undefined;
  /** The address that the browser goes to by itself. */
  refresh?: PageRefresh | undefined;
  /** With the server's default, `no-referrer`, browsers send `Origin: null`, which cannot be checked. */
  referrer?: 'strict-origin';
  children: Child;
};

/** The document around the content of every page. */
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
          {refresh && <Reload {...refresh} />}
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

function Reload({ seconds, url, unlessScripted }: PageRefresh) {
  const meta = <meta http-equiv="refresh" content={`${seconds};url=${url}`} />;
  return unlessScripted ? <noscript>{meta}</noscript> : meta;
}

/** Returns the Content-Security-Policy of a page: its style and script, the app's colour, logo and frames. */
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
    `img-src 'self' data: ${logo}`.trim(),
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${ancestors.join(' ')}`,
  ].join('; ');
}

/*
 * Returns the style for the app's color. Text on it is black or white: the one with more contrast (WCAG 2.2,
 * relative luminance).
 */
function accentStyle(app: Look | undefined): string | undefined {
  const color = app?.accentColor;
  if (!color || !/^#[\da-f]{6}$/.test(color)) return undefined;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(color.slice(at, at + 2)));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const text = 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? '#fff' : '#000';
  return `:root{--accent:${color};--on-accent:${text}}`;
}

/** Converts one channel of sRGB to linear light, as WCAG 2.2 defines relative luminance. */
function linear(hex: string): number {
  const value = Number.parseInt(hex, 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

export function appNameOf({ displayName, name }: PageApp): string {
  return clip(displayName ?? name, 120);
}

type HeadProps = { app: PageApp; userId: string; words: Words };

/** The top of a page: the app and its user, before anything can be typed. */
export function Head({ app, userId, words }: HeadProps) {
  return (
    <header>
      {app.logoUrl && <img class="logo" src={app.logoUrl} alt="" width="192" height="48" />}
      <h1>
        <bdi>{words.title(appNameOf(app))}</bdi>
      </h1>
      <p class="who">
        {words.for} <strong dir="auto">{clip(userId, 255)}</strong>
      </p>
    </header>
  );
}

export function isDone({ state }: PageRequirement): boolean {
  return state.status === 'completed';
}

/** Returns when each requirement was connected, by their ids, in the form of ISO 8601. */
export function connectionTimes(requirements: readonly PageRequirement[]): Record<string, string> {
  const times = requirements.flatMap(({ id, linkedAt }): [string, string][] =>
    linkedAt === undefined ? [] : [[id, linkedAt.toISOString()]],
  );
  return Object.fromEntries(times);
}

export function areAllDone(requirements: readonly PageRequirement[]): boolean {
  return requirements.length > 0 && requirements.every(isDone);
}

type LiveStatusProps = {
  app: PageApp;
  base: string;
  requirements: readonly PageRequirement[];
  /** Whether the page waits for something in another window. */
  isWaiting: boolean;
  /** The time of the last failure that the page shows. */
  failedAt?: string | undefined;
  children: Child;
};

/** The data that the script reads: the origins to which it sends the status, and the shown states. */
export function LiveStatus(props: LiveStatusProps) {
  const { app, base, requirements, isWaiting, failedAt, children } = props;
  const states = requirements.map(({ id, state }) => [id, state.status]);
  return (
    <div
      data-origins={app.allowedOrigins.join(' ')}
      data-status={areAllDone(requirements) ? 'completed' : 'pending'}
      data-base={base}
      data-states={JSON.stringify(Object.fromEntries(states))}
      data-connected-at={JSON.stringify(connectionTimes(requirements))}
      data-failed-at={failedAt}
      data-waits={isWaiting ? 'yes' : undefined}
    >
      {children}
    </div>
  );
}
