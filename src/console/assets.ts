/** The one stylesheet and the one script: addresses with a hash of their content, so that a browser keeps them for good. */
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { BASE_SCRIPT } from './script/base.ts';
import { ORDER_SCRIPT } from './script/order.ts';
import { PIECES_SCRIPT } from './script/pieces.ts';
import { BOOKS_STYLE } from './style/books.ts';
import { FRAME } from './style/frame.ts';
import { PAGE_PARTS } from './style/pages.ts';
import { PARTS } from './style/parts.ts';
import { RECONCILIATION_STYLE } from './style/reconciliation.ts';
import { SHOPS_STYLE } from './style/shops.ts';
import { TOKENS } from './style/tokens.ts';

interface ConsoleAsset {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

/** Made at the first page, and not while the Worker starts. */
let made: { readonly style: ConsoleAsset; readonly script: ConsoleAsset } | null = null;

function asset(name: string, ending: string, type: string, text: string): ConsoleAsset {
  const hash = hex(digests.sha256(utf8(text))).slice(0, 16);
  return { path: `/console/assets/${name}-${hash}.${ending}`, type, text };
}

/** Further parts of the stylesheet and the script stand in their folders and are added here. */
export function consoleAssets() {
  made ??= {
    style: asset(
      'console',
      'css',
      'text/css; charset=utf-8',
      [TOKENS, FRAME, PARTS, PAGE_PARTS, BOOKS_STYLE, RECONCILIATION_STYLE, SHOPS_STYLE].join(''),
    ),
    script: asset(
      'console',
      'js',
      'text/javascript; charset=utf-8',
      [BASE_SCRIPT, ORDER_SCRIPT, PIECES_SCRIPT].join(''),
    ),
  };
  return made;
}

/** The answer to a request for one of them; null: it is of another version, or none. */
export function assetAnswer(path: string): Response | null {
  const found = Object.values(consoleAssets()).find((one) => one.path === path);
  if (!found) return null;
  return new Response(found.text, {
    headers: {
      'content-type': found.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    },
  });
}
