import type { ConnectionType } from './catalog.ts';
import { logoShapes } from './generated/logo-shapes.ts';

const shipped = 'simple-icons:';
const svgStart = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"';

/**
 * Returns the logo of a type as an SVG of one colour, `currentColor`: its own, or its initials if it has
 * none. The logo of a custom type is sanitized when the type is written.
 */
export function logoSvg({ logo, label }: { logo?: string | null; label: string }): string {
  if (logo === undefined || logo === null) return monogram(label);
  if (!logo.startsWith(shipped)) return logo;
  const shape = logoShapes[logo.slice(shipped.length)];
  if (shape === undefined) return monogram(label);
  return `${svgStart} fill="currentColor"><path d="${shape}"/></svg>`;
}

/**
 * Returns the path at which the server serves the logo of a type. A browser sends no credential for an image,
 * so the path of a custom type says which organization's type it is, by the id of its row. Its version lets a
 * browser load a new logo at once.
 */
export function logoPath({
  type,
  customTypeId,
  version,
}: Pick<ConnectionType, 'type' | 'customTypeId' | 'version'>): string {
  const path = `/v1/connection-types/${type}/logo.svg`;
  return customTypeId === null ? path : `${path}?id=${customTypeId}&v=${version}`;
}

/** Draws the initials of a name in a frame: one letter of one word, two of several. */
function monogram(label: string): string {
  const words = label.match(/[\p{L}\p{N}]+/gu) ?? [];
  const initials = words.slice(0, 2).flatMap((word) => Array.from(word).slice(0, 1));
  const size = initials.length > 1 ? 10 : 13;
  const frame =
    '<rect x="1" y="1" width="22" height="22" rx="5" fill="none" stroke="currentColor" stroke-width="1.5"/>';
  const letters = initials.join('').toUpperCase();
  return `${svgStart}>${frame}<text x="12" y="12" fill="currentColor" font-family="system-ui, sans-serif" font-size="${size}" font-weight="600" text-anchor="middle" dominant-baseline="central">${letters}</text></svg>`;
}
