/** QR codes, as an image that a page holds: no script and no file of elsewhere. */
import { raw } from 'hono/html';
import { renderSVG } from 'uqr';

/** @param label what it holds, for screen readers. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const svg = renderSVG(text, { ecc: 'M', border: 4 });
  return (
    <div class="qr" role="img" aria-label={label}>
      {raw(svg.replace('<svg ', '<svg aria-hidden="true" '))}
    </div>
  );
}
