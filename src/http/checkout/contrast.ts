/**
 * A shop's colour as the accent of its pages. It is kept where it can be read, else made darker or lighter until it can: contrast after
 * WCAG 2.2, 1.4.3, at least 4.5 to 1 against the card and against the text on it.
 */

type Rgb = readonly [number, number, number];

/** The cards that an accent stands on. */
const SURFACE = { light: '#ffffff', dark: '#171d1a' } as const;

/** What is written on an accent: whichever of the two can be read. */
const INK = ['#ffffff', '#05130b'] as const;

const ENOUGH = 4.5;

/** Parts of 20 by which a colour is moved at a time. */
const STEPS = 20;

function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function textOf(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance of sRGB, from 0 to 1. */
function luminance(color: string): number {
  const [red, green, blue] = rgbOf(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours (`#rrggbb`), from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export interface Accent {
  readonly color: string;
  /** Of text on it. */
  readonly on: string;
}

/** @param color `#rrggbb` */
export function accentOf(color: string, scheme: keyof typeof SURFACE): Accent {
  const goal: Rgb = scheme === 'light' ? [0, 0, 0] : [255, 255, 255];
  const from = rgbOf(color);
  for (let step = 0; step <= STEPS; step++) {
    const mixed = from.map((part, index) => part + ((goal[index] ?? 0) - part) * (step / STEPS));
    const candidate = textOf(mixed as unknown as Rgb);
    const on = INK.find((ink) => contrast(candidate, ink) >= ENOUGH);
    if (on !== undefined && contrast(candidate, SURFACE[scheme]) >= ENOUGH) return { color: candidate, on };
  }
  return { color: textOf(goal), on: SURFACE[scheme] };
}
