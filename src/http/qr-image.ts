/** The one part of the QR library that we use: a bundle takes all of what is loaded when it is needed, and of this that is one function. */
import { renderSVG } from 'uqr';

/** A text as an SVG image, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
export const qrImage = (text: string): string => renderSVG(text, { ecc: 'M', border: 4 });
