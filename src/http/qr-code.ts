/** QR codes of payment links. The library is loaded with the first one: most Workers never make one. */

/** A text as a QR code: an SVG image, as text. */
export async function qrCode(text: string): Promise<string> {
  const { qrImage } = await import('./qr-image.ts');
  return qrImage(text);
}
