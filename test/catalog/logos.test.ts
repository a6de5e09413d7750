import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { logoSvg } from '../../src/core/catalog/logo.ts';
import { sanitizeLogo } from '../../src/core/catalog/sanitize-logo.ts';

const path = '<path d="M0 0h24v24H0z"/>';
const svg = (content: string, attributes = 'viewBox="0 0 24 24"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`;

describe('the logo of every shipped type', () => {
  test.each(listShippedTypes().map((type) => [type.type, type] as const))(
    'of %s is harmless',
    (_, type) => {
      const own = logoSvg(type);
      expect(own).toContain('currentColor');
      expect(own.length).toBeLessThan(8_192);
      const drawn = own.replace(/<text [^>]*>[\p{L}\p{N}]{1,2}<\/text>/u, path);
      expect(sanitizeLogo(drawn)).toMatchObject({ ok: true });
    },
  );
});

test.each([
  ['Weights & Biases', 'WB'],
  ['monday', 'M'],
  ['Öffnung', 'Ö'],
  ['<script>', 'S'],
  ['&', ''],
  ['1Password', '1'],
])('a type without a logo shows its initials: %s', (label, initials) => {
  expect(logoSvg({ label })).toContain(`>${initials}</text>`);
  expect(logoSvg({ label, logo: null })).not.toContain('<script');
});

describe('a logo that a person gives', () => {
  test.each([
    [
      'as it is',
      svg(path),
      svg('<path d="M0 0h24v24H0z"></path>', 'viewBox="0 0 24 24" fill="currentColor"'),
    ],
    [
      'with its size in place of a view box',
      svg(path, 'width="16px" height="12"'),
      svg('<path d="M0 0h24v24H0z"></path>', 'viewBox="0 0 16 12" fill="currentColor"'),
    ],
    [
      'in the colour of the text around it',
      svg(`<g fill="#F00" stroke="none">${path}</g><circle r="3" fill="#f00"/>`),
      svg(
        '<g fill="currentColor" stroke="none"><path d="M0 0h24v24H0z"></path></g><circle r="3" fill="currentColor"></circle>',
        'viewBox="0 0 24 24" fill="currentColor"',
      ),
    ],
    [
      'without what editors and pages add',
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->${svg(
        '<metadata><a href="https://example.com"/></metadata><!-- x --><title>A &amp; B</title>text<path class="a" data-name="b" d="M0 0"/>',
        'viewBox="0 0 24 24" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:version="1" version="1.1" role="img"',
      )}`,
      svg(
        '<title>A &amp; B</title><path d="M0 0"></path>',
        'viewBox="0 0 24 24" fill="currentColor"',
      ),
    ],
    [
      'without the namespace',
      `<svg viewBox="0 0 2 2">${path}</svg>`,
      svg('<path d="M0 0h24v24H0z"></path>', 'viewBox="0 0 2 2" fill="currentColor"'),
    ],
    [
      'with a clip path of its own',
      svg(
        `<defs><clipPath id="a">${path}</clipPath></defs><g clip-path="url(#a)">${path}</g>`,
        'viewBox="0 0 2 2" fill="none"',
      ),
      svg(
        '<defs><clipPath id="a"><path d="M0 0h24v24H0z"></path></clipPath></defs><g clip-path="url(#a)"><path d="M0 0h24v24H0z"></path></g>',
        'viewBox="0 0 2 2" fill="none"',
      ),
    ],
  ])('is kept %s', (_, given, kept) => {
    expect(sanitizeLogo(given)).toEqual({ ok: true, svg: kept });
    expect(sanitizeLogo(kept)).toEqual({ ok: true, svg: kept });
  });

  test.each([
    ['a script', svg('<script>alert(1)</script>')],
    [
      'a script of another namespace',
      svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>'),
    ],
    ['a script in capitals', svg('<SCRIPT>alert(1)</SCRIPT>')],
    ['HTML', svg('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>')],
    ['an event handler', svg('<path d="M0 0" onclick="alert(1)"/>')],
    ['an event handler on the root', svg(path, 'viewBox="0 0 2 2" onload="alert(1)"')],
    [
      'an event handler in a namespace',
      svg('<path xmlns:e="http://www.w3.org/2001/xml-events" e:onload="x"/>'),
    ],
    ['a link', svg(`<a href="javascript:alert(1)">${path}</a>`)],
    ['an image', svg('<image href="https://example.com/x.png"/>')],
    ['a use', svg('<use href="#a"/>')],
    [
      'a reference of XLink',
      svg('<path xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://example.com"/>'),
    ],
    [
      'a reference of XLink under another prefix',
      svg('<path xmlns:y="http://www.w3.org/1999/xlink" y:href="https://example.com"/>'),
    ],
    ['an animation', svg('<set attributeName="onload" to="alert(1)"/>')],
    ['a style sheet', svg('<style>@import url(https://example.com)</style>')],
    ['a style', svg('<path d="M0 0" style="fill:url(https://example.com)"/>')],
    ['a fill elsewhere', svg('<path d="M0 0" fill="url(https://example.com#a)"/>')],
    ['a clip path elsewhere', svg('<g clip-path="url(https://example.com#a)"/>')],
    ['a filter', svg('<filter><feImage href="https://example.com"/></filter>')],
    ['two colours', svg('<path d="M0 0" fill="#fff"/><path d="M0 0" fill="#000"/>')],
    ['a gradient', svg('<linearGradient id="a"/>')],
    ['a DOCTYPE', `<!DOCTYPE svg>${svg(path)}`],
    ['an entity', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('<title>&a;</title>')}`],
    [
      'an entity of a file',
      `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${svg('<title>&a;</title>')}`,
    ],
    ['an unknown entity', svg('<title>&nbsp;</title>')],
    [
      'a style sheet of a processing instruction',
      `<?xml-stylesheet href="https://example.com"?>${svg(path)}`,
    ],
    ['a processing instruction inside', svg('<?php echo 1 ?>')],
    ['no view box and no size', svg(path, '')],
    ['a size in per cent', svg(path, 'width="100%" height="100%"')],
    ['more than 8 KB', svg(`<path d="M${'0 '.repeat(5_000)}"/>`)],
    ['many levels', svg(`${'<g>'.repeat(500)}${'</g>'.repeat(500)}`)],
    ['an open element', '<svg viewBox="0 0 2 2">'],
    ['two roots', `${svg(path)}${svg(path)}`],
    ['HTML alone', '<html><body/></html>'],
    ['a tag without a closing bracket', svg('<path d="M0 0"')],
    ['an attribute without quotes', svg('<path d=M0/>')],
    ['a control character', svg('<title>\u0001</title>')],
    ['half a surrogate pair', svg('<title>\ud800</title>')],
    ['no XML', 'logo.png'],
    ['nothing', ''],
  ])('is refused with %s', (_, given) => {
    const refused = sanitizeLogo(given);
    expect(refused).toEqual({ ok: false, complaint: expect.stringMatching(/^must /) });
  });
});

test('a logo that simple-icons does not have fails the generate with its type', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'types-'));
  const listed = ['simple-icons:nosuchlogo', 'simple-icons:../x', '<svg/>'].map((logo) => ({
    type: 'patchbay.connections.Odd',
    logo,
  }));
  await writeFile(join(folder, 'odd.json'), JSON.stringify(listed));
  const script = new URL('../../src/core/catalog/generate-logos.mjs', import.meta.url).pathname;
  const failed = await promisify(execFile)(process.execPath, [script, folder]).catch(
    (error: { code: number; stderr: string }) => error,
  );
  const complaint = (slug: string) =>
    `odd.json: patchbay.connections.Odd: simple-icons has no logo "${slug}"`;
  expect(failed).toMatchObject({
    code: 1,
    stderr: `${[complaint('nosuchlogo'), complaint('../x'), complaint('')].join('\n')}\n`,
  });
  await rm(folder, { recursive: true });
});
