import { requireNoCanary } from '../helpers/canary.ts';
import type { Answer } from '../helpers/http.ts';
import type { TestServer } from '../helpers/server.ts';

type Fields = Record<string, string>;

/** A browser without scripts, which keeps cookies and sends forms. */
export type FormBrowser = {
  cookies: Map<string, string>;
  open: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  /** Sends a form with the CSRF token of the open page. */
  submit: (path: string, fields?: Fields, headers?: Record<string, string>) => Promise<Answer>;
  /** Sends a form, and opens the page that the response leads to. */
  submitAndFollow: FormBrowser['submit'];
  /** Opens the link of a connect token and presses its button; returns the page that it leads to, and its path. */
  connect: (token: string, headers?: Fields) => Promise<Answer & { path: string }>;
};

export function openBrowser(server: Pick<TestServer, 'send'>): FormBrowser {
  const cookies = new Map<string, string>();
  let csrf = '';
  const keep = (answer: Answer) => {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.delete(name); // a cookie that is set again becomes the newest
      if (!/; Max-Age=0(;|$)/.test(line)) cookies.set(name, value);
    }
    csrf = /name="csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? csrf;
    return answer;
  };
  const headersOf = (): Record<string, string> =>
    cookies.size === 0 ? {} : { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
  const open: FormBrowser['open'] = async (path, headers = {}) => {
    const all = { ...headersOf(), ...headers };
    const answer = await server.send({ method: 'GET', path, headers: all, mayHoldSecrets: true });
    requireNoSecret(path, answer);
    return keep(answer);
  };
  const submit: FormBrowser['submit'] = async (path, fields = {}, headers = {}) => {
    const body = new URLSearchParams({ csrf, ...fields }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const all = { ...headersOf(), ...type, ...headers };
    return keep(await server.send({ method: 'POST', path, headers: all, body }));
  };
  const connect: FormBrowser['connect'] = async (token, headers) => {
    const door = await open(`/connect?token=${token}`, headers);
    const isDoor = door.text.includes('data-link');
    const exchanged = isDoor ? await submit('/connect', { token }, headers) : door;
    const path = exchanged.headers.location ?? '';
    return { ...(exchanged.status === 303 ? await open(path, headers) : exchanged), path };
  };
  const submitAndFollow: FormBrowser['submitAndFollow'] = async (path, fields, headers) => {
    const sent = await submit(path, fields, headers);
    const { pathname, search } = new URL(sent.headers.location ?? '', 'http://here');
    return sent.status === 303 ? open(pathname + search, headers) : sent;
  };
  return { cookies, open, submit, submitAndFollow, connect };
}

/** The page of a link holds the link's own token, for its button, and no other secret. */
export function requireNoSecret(path: string, { text, headers }: Pick<Answer, 'text' | 'headers'>) {
  const [, token = ''] = /^\/connect\?token=([^&]+)/.exec(path) ?? [];
  const others = token === '' ? text : text.replaceAll(` value="${token}"`, '');
  requireNoCanary(`the answer of GET ${path}`, others + JSON.stringify(headers));
}

/** Finds the provider's address that a page links to. */
export function findOnward({ text }: Answer): string {
  const [, url = ''] = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(text) ?? [];
  return url.replaceAll('&amp;', '&');
}

/** Finds the handle that leads out of a page in a frame. */
export function findHandoff({ text }: Answer): string {
  const form = /action="\/connect\/handoff" target="_blank".*?name="handle" value="([\w-]{43})"/s;
  return form.exec(text)?.[1] ?? '';
}

/** Presses the button that leads out of a frame. */
export function pressHandoff(browser: FormBrowser, handle: string, headers = {}): Promise<Answer> {
  return browser.submit('/connect/handoff', { handle }, headers);
}
