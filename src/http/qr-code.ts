/** QR codes of payment links. The library is loaded with the first one: most Workers never make one. */

/** A text as a QR code: an SVG image, as text, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
export async function qrCode(text: string): Promise<string> {
  const { renderSVG } = await import('uqr');
  return renderSVG(text, { ecc: 'M', border: 4 });
}
