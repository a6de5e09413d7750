import { DOMParser, type Element, type Node, onWarningStopParsing } from '@xmldom/xmldom';

type SanitizedLogo = { ok: true; svg: string } | { ok: false; complaint: string };

/** Maximum size of a logo in bytes of UTF-8. */
const maximumBytes = 8_192;
const maximumDepth = 32;
const svgNamespace = 'http://www.w3.org/2000/svg';

/** Elements that only draw. */
const elements = new Set([
  'svg',
  'g',
  'path',
  'circle',
  'ellipse',
  'rect',
  'line',
  'polyline',
  'polygon',
  'defs',
  'clipPath',
  'title',
  'desc',
]);
const textElements = new Set(['title', 'desc']);

const length = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?:px|%)?$/i;
const numbers = /^[\d.eE+\-,\s%]+$/;
const colour = /^(?:#[\da-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([\d.,%\s/]+\))$/i;
const localId = /^[A-Za-z_][\w.-]*$/;

const lengths =
  'x y x1 x2 y1 y2 cx cy r rx ry width height opacity fill-opacity stroke-opacity stroke-width stroke-miterlimit stroke-dashoffset';

/** The attributes that a logo keeps, and the form of their values. None of these forms can name another file. */
const attributes = new Map<string, RegExp>([
  ...lengths.split(' ').map((name): [string, RegExp] => [name, length]),
  ['viewBox', numbers],
  ['points', numbers],
  ['stroke-dasharray', /^(?:none|[\d.eE+\-,\s%]+)$/],
  ['d', /^[MLHVCSQTAZ\d.e+\-,\s]*$/i],
  ['transform', /^(?:(?:matrix|translate|scale|rotate|skewX|skewY)\([\d.eE+\-,\s]*\)[\s,]*)+$/],
  ['fill', colour],
  ['stroke', colour],
  ['color', colour],
  ['fill-rule', /^(?:nonzero|evenodd|inherit)$/],
  ['clip-rule', /^(?:nonzero|evenodd|inherit)$/],
  ['stroke-linecap', /^(?:butt|round|square)$/],
  ['stroke-linejoin', /^(?:miter|round|bevel|arcs|miter-clip)$/],
  ['preserveAspectRatio', /^[A-Za-z ]+$/],
  ['clipPathUnits', /^(?:userSpaceOnUse|objectBoundingBox)$/],
  ['clip-path', /^url\(#[A-Za-z_][\w.-]*\)$/],
  ['id', localId],
]);

const colourAttributes = new Set(['fill', 'stroke', 'color']);
const uncoloured = new Set(['none', 'transparent', 'inherit', 'currentcolor']);

/** Characters that XML 1.0 excludes: control characters, and halves of surrogate pairs. */
const unwritable = /[^\P{Cc}\t\r\n]|\p{Cs}/u;

/** A logo that is refused. Its message is the complaint. */
class LogoComplaint extends Error {}

/**
 * Checks an SVG that a person gives as a logo, and writes it again from the parts that only draw, in the
 * colour of the text around it. So nothing reaches a browser that this function does not know.
 *
 * @returns the SVG, or a complaint as words that follow the name of the field.
 */
export function sanitizeLogo(text: string): SanitizedLogo {
  try {
    return { ok: true, svg: sanitize(text) };
  } catch (error) {
    if (error instanceof LogoComplaint) return { ok: false, complaint: error.message };
    throw error;
  }
}

function sanitize(text: string): string {
  if (Buffer.byteLength(text) > maximumBytes) {
    throw new LogoComplaint(`must have at most ${maximumBytes} bytes`);
  }
  if (unwritable.test(text)) throw new LogoComplaint('must be well-formed XML');
  const root = parse(text);
  if (root.localName !== 'svg')
    throw new LogoComplaint('must be an SVG: its root is no svg element');
  const colours = new Set<string>();
  const content = writeChildren(root, colours, 1);
  const own = writeAttributes(root, colours);
  if (colours.size > 1) throw new LogoComplaint('must have one colour');
  const size = own.has('viewBox') ? [] : [['viewBox', sizeOf(own)] as const];
  own.delete('width');
  own.delete('height');
  if (!own.has('fill')) own.set('fill', 'currentColor');
  const written = [...size, ...own].map(([name, value]) => ` ${name}="${escapeText(value)}"`);
  return `<svg xmlns="${svgNamespace}"${written.join('')}>${content}</svg>`;
}

function parse(text: string): Element {
  let root: Element | null;
  try {
    const parser = new DOMParser({ onError: onWarningStopParsing });
    const document = parser.parseFromString(text.trim(), 'image/svg+xml');
    if (document.doctype !== null) throw new LogoComplaint('must not contain a DOCTYPE');
    for (const node of document.childNodes) requireHarmless(node);
    root = document.documentElement;
  } catch (error) {
    if (error instanceof LogoComplaint) throw error;
    throw new LogoComplaint('must be well-formed XML');
  }
  if (root === null) throw new LogoComplaint('must be well-formed XML');
  return root;
}

function writeElement(element: Element, colours: Set<string>, depth: number): string {
  const name = element.localName ?? '';
  const isKnown = isOfSvg(element) && elements.has(name);
  // Editors describe their file in it, and browsers do not show it.
  if (isOfSvg(element) && name === 'metadata') return '';
  if (!isKnown)
    throw new LogoComplaint(`must not contain the element ${shortName(element.nodeName)}`);
  if (depth > maximumDepth) throw new LogoComplaint(`must have at most ${maximumDepth} levels`);
  const kept = [...writeAttributes(element, colours)].map(
    ([key, value]) => ` ${key}="${escapeText(value)}"`,
  );
  const content = textElements.has(name)
    ? escapeText(element.textContent ?? '')
    : writeChildren(element, colours, depth + 1);
  return `<${name}${kept.join('')}>${content}</${name}>`;
}

function writeChildren(element: Element, colours: Set<string>, depth: number): string {
  let content = '';
  for (const node of element.childNodes) {
    requireHarmless(node);
    if (isElement(node)) content += writeElement(node, colours, depth);
  }
  return content;
}

/** Returns the attributes to keep. Fails for those that could run a script or load something. */
function writeAttributes(element: Element, colours: Set<string>): Map<string, string> {
  const kept = new Map<string, string>();
  for (const { name, localName, value: given } of element.attributes) {
    const isReference = ['href', 'src', 'style'].includes((localName ?? name).toLowerCase());
    if (isReference || /^on/i.test(localName ?? name)) {
      throw new LogoComplaint(`must not contain the attribute ${shortName(name)}`);
    }
    const form = attributes.get(name);
    if (form === undefined) continue; // such as class, data-name and the attributes of editors
    const value = given.trim();
    if (!form.test(value)) {
      throw new LogoComplaint(`must not contain this value of the attribute ${name}`);
    }
    kept.set(name, colourAttributes.has(name) ? writeColour(value, colours) : value);
  }
  return kept;
}

function writeColour(value: string, colours: Set<string>): string {
  const known = value.toLowerCase();
  if (known !== 'currentcolor' && uncoloured.has(known)) return known;
  if (known !== 'currentcolor') colours.add(known);
  return 'currentColor';
}

/** Browsers obey instructions such as `xml-stylesheet`. */
function requireHarmless(node: Node): void {
  if (node.nodeType === node.PROCESSING_INSTRUCTION_NODE && node.nodeName.toLowerCase() !== 'xml') {
    throw new LogoComplaint('must not contain a processing instruction');
  }
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

/** People copy an SVG from a page without its namespace. */
function isOfSvg({ namespaceURI, prefix }: Element): boolean {
  return namespaceURI === svgNamespace || (namespaceURI === null && prefix === null);
}

function sizeOf(own: ReadonlyMap<string, string>): string {
  const [width, height] = ['width', 'height'].map((name) => Number.parseFloat(own.get(name) ?? ''));
  if (!width || !height || [own.get('width'), own.get('height')].join('').includes('%')) {
    throw new LogoComplaint('must have a viewBox');
  }
  return `0 0 ${width} ${height}`;
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function shortName(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
