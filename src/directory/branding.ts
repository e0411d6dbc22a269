/** How a shop looks on our pages: its name, its colour, its logo. */
import type { PageLanguage } from '../payments/page-languages.ts';
import { changes, recordAudit } from './audit.ts';
import type { Database, Statement } from './database.ts';
import type { Actor } from './types.ts';

export interface Branding {
  readonly name: string | null;
  /** `#rrggbb`. */
  readonly color: string | null;
  /** Of our pages, for shoppers who name none; null: English. */
  readonly language: PageLanguage | null;
  /** SHA-256 of the logo, its first 16 hexadecimal digits; null: there is none. */
  readonly logoHash: string | null;
  readonly logoType: string | null;
}

/** A logo as it is stored: base64. */
export interface StoredLogo {
  readonly logo: string;
  readonly type: string;
  readonly hash: string;
}

export const NO_BRANDING: Branding = {
  name: null,
  color: null,
  language: null,
  logoHash: null,
  logoType: null,
};

export async function brandingOf(db: Database, shop: string): Promise<Branding> {
  const row = await db
    .prepare(
      'SELECT name, color, language, logo_hash AS logoHash, logo_type AS logoType FROM branding WHERE shop = ?',
    )
    .bind(shop)
    .first<Branding>();
  return row ?? NO_BRANDING;
}

export function logoOf(db: Database, shop: string): Promise<StoredLogo | null> {
  return db
    .prepare(
      'SELECT logo, logo_type AS type, logo_hash AS hash FROM branding WHERE shop = ? AND logo IS NOT NULL',
    )
    .bind(shop)
    .first<StoredLogo>();
}

/** What an operator says of it, the logo apart. */
export type Look = Pick<Branding, 'name' | 'color' | 'language'>;

interface Change {
  readonly shop: string;
  readonly at: string;
  readonly by: Actor;
}

/** Sets name, colour and language. */
export async function putBranding(
  db: Database,
  { shop, at, by }: Change,
  { name, color, language }: Look,
  before: Branding,
): Promise<void> {
  const detail = changes(
    { name: before.name, color: before.color, language: before.language },
    { name, color, language },
  );
  await db.batch([
    db
      .prepare(
        `INSERT INTO branding (shop, name, color, language, updated_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (shop) DO UPDATE SET name = excluded.name, color = excluded.color, language = excluded.language,
           updated_at = excluded.updated_at`,
      )
      .bind(shop, name, color, language, at),
    recordAudit(db, at, { by, action: 'shop.branding', subject: shop, shop, detail }),
  ]);
}

function audited(db: Database, { shop, at, by }: Change, hash: string | null): Statement {
  return recordAudit(db, at, { by, action: 'shop.logo', subject: shop, shop, detail: { logo: hash } });
}

export async function putLogo(db: Database, change: Change, { logo, type, hash }: StoredLogo): Promise<void> {
  const { shop, at } = change;
  await db.batch([
    db
      .prepare(
        `INSERT INTO branding (shop, logo, logo_type, logo_hash, updated_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (shop) DO UPDATE SET logo = excluded.logo, logo_type = excluded.logo_type,
           logo_hash = excluded.logo_hash, updated_at = excluded.updated_at`,
      )
      .bind(shop, logo, type, hash, at),
    audited(db, change, hash),
  ]);
}

export async function deleteLogo(db: Database, change: Change): Promise<void> {
  const { shop, at } = change;
  await db.batch([
    db
      .prepare(
        'UPDATE branding SET logo = NULL, logo_type = NULL, logo_hash = NULL, updated_at = ? WHERE shop = ?',
      )
      .bind(at, shop),
    audited(db, change, null),
  ]);
}
