/**
 * What needs a person at shops, accounts, endpoints, providers and tokens: the rows are made from what else stands in D1, whenever
 * somebody looks and by the cron. They open and close with their causes.
 */
import type { AttentionKind } from '../payments/attention.ts';
import { readCertificate } from '../signing/x509.ts';
import type { Database } from './database.ts';

/** A refusal needs a person for so long after it, in milliseconds. */
const REFUSALS_FOR_MS = 86_400_000;

/** A secret is about to end so long before, in milliseconds. A token that was made for no longer is not told of. */
const ENDING_WITHIN_MS = 7 * 86_400_000;

/** Notifications of an account stay away for so long before it is said, in milliseconds. */
const SILENT_FOR_MS = 86_400_000;

/** Shoppers who were sent to the provider meanwhile: a few may have gone away without paying. */
const SILENT_DESPITE = 10;

/** Payments of one account that are looked at for it. */
const SILENT_LOOKS = 1000;

/** Calls of a provider that fail in a row before it is said. */
const FAILED_CALLS = 2;

/** A row that is there already keeps its answer, unless its cause is another one. */
export const KEPT_UNLESS_NEW = `
  ON CONFLICT (kind, subject) DO UPDATE SET
    since = CASE WHEN excluded.cause = attention.cause OR attention.resolved_at IS NULL THEN attention.since ELSE excluded.since END,
    resolved_at = CASE WHEN excluded.cause = attention.cause THEN attention.resolved_at END,
    resolved_by = CASE WHEN excluded.cause = attention.cause THEN attention.resolved_by END,
    note = CASE WHEN excluded.cause = attention.cause THEN attention.note END,
    cause = excluded.cause, detail = excluded.detail
  WHERE excluded.cause <> attention.cause OR excluded.detail <> attention.detail`;

export const INSERT = 'INSERT INTO attention (kind, subject, cause, payment, account, shop, since, detail)';

/** A certificate that an account's settings pin. */
interface PinnedCertificate {
  readonly account: string;
  readonly setting: string;
  /** RFC 3339 UTC. */
  readonly endsAt: string;
}

const PEM = '-----BEGIN CERTIFICATE-----';

/** The certificates in the settings of accounts. SQL finds them, and cannot read them. */
async function pinnedCertificates(db: Database): Promise<PinnedCertificate[]> {
  const { results } = await db
    .prepare(
      `SELECT accounts.id AS account, key AS setting, value AS pem FROM accounts, json_each(accounts.settings)
       WHERE instr(value, '${PEM}') > 0`,
    )
    .all<{ readonly account: string; readonly setting: string; readonly pem: string }>();
  return results.flatMap(({ account, setting, pem }) => {
    const endsAt = readCertificate(pem)?.notAfter.toISOString();
    return endsAt === undefined ? [] : [{ account, setting, endsAt }];
  });
}

/** One kind that follows from what else stands in D1: the query that makes its rows (subject to detail), and its values. */
interface Derived {
  readonly kind: AttentionKind;
  /** Selects subject, cause, payment, account, shop, since, detail. */
  readonly select: string;
  readonly values: readonly string[];
}

function derived(now: number, certificates: readonly PinnedCertificate[]): Derived[] {
  const at = new Date(now).toISOString();
  const soon = new Date(now + ENDING_WITHIN_MS).toISOString();
  const silentSince = new Date(now - SILENT_FOR_MS).toISOString();
  const lately = new Date(now - REFUSALS_FOR_MS).toISOString();
  return [
    {
      kind: 'accepted_risk',
      select: `SELECT id AS subject, 'trusted' AS cause, NULL AS payment, id AS account, NULL AS shop, updated_at AS since,
          json_object('provider', provider, 'environment', environment) AS detail
        FROM accounts WHERE trust_unproven = 1 OR json_extract(settings, '$.trust_unsigned_notification') = 1`,
      values: [],
    },
    {
      kind: 'endpoint_off',
      select: `SELECT endpoints.shop || '/' || endpoints.id AS subject, switched_off_at AS cause, NULL AS payment, NULL AS account,
          endpoints.shop AS shop, switched_off_at AS since,
          json_object('endpoint', endpoints.id, 'url', coalesce(url, webhook_url), 'failingSince', failing_since) AS detail
        FROM endpoints JOIN shops ON shops.id = endpoints.shop WHERE switched_off_at IS NOT NULL`,
      values: [],
    },
    {
      kind: 'refusals',
      select: `SELECT account || '/' || reason AS subject, max(id) AS cause, NULL AS payment, account, NULL AS shop, min(at) AS since,
          json_object('reason', reason, 'count', count(*), 'newest', max(at)) AS detail
        FROM refusals WHERE at > ?1 GROUP BY account, reason`,
      values: [lately],
    },
    {
      kind: 'provider_failing',
      select: `SELECT account AS subject, failing_since AS cause, NULL AS payment, account, NULL AS shop, failing_since AS since,
          json_object('failures', failures, 'error', last_error, 'lastFailureAt', last_failure_at, 'lastAnswerAt', last_answer_at,
            'lastNotificationAt', last_notification_at) AS detail
        FROM provider_health WHERE failing_since IS NOT NULL AND failures >= ${FAILED_CALLS}`,
      values: [],
    },
    {
      kind: 'provider_silent',
      select: `SELECT account AS subject, last_notification_at AS cause, NULL AS payment, account, NULL AS shop,
          last_notification_at AS since, json_object('lastNotificationAt', last_notification_at, 'sentSince', sent) AS detail
        FROM (SELECT account, last_notification_at,
            (SELECT count(*) FROM (SELECT status FROM payments WHERE payments.account = provider_health.account
               AND created_at > last_notification_at ORDER BY created_at DESC, id DESC LIMIT ${SILENT_LOOKS})
             WHERE status NOT IN ('created', 'cancelled')) AS sent
          FROM provider_health WHERE last_notification_at <= ?1)
        WHERE sent >= ${SILENT_DESPITE}`,
      values: [silentSince],
    },
    {
      kind: 'fallback',
      select: `SELECT outages.account AS subject, down_since AS cause, NULL AS payment, outages.account AS account, NULL AS shop,
          down_since AS since, json_object('fallback', accounts.fallback, 'triedAt', tried_at, 'error', last_error) AS detail
        FROM outages JOIN accounts ON accounts.id = outages.account WHERE down_since IS NOT NULL AND accounts.fallback IS NOT NULL`,
      values: [],
    },
    {
      kind: 'drift',
      select: `SELECT provider || '/' || what || '/' || value AS subject, first_seen_at AS cause, NULL AS payment, account, NULL AS shop,
          first_seen_at AS since,
          json_object('provider', provider, 'what', what, 'value', value, 'example', example) AS detail
        FROM drift WHERE is_first = 0`,
      values: [],
    },
    {
      kind: 'secret_ending',
      select: `SELECT 'account/' || id AS subject, not_after AS cause, NULL AS payment, account, NULL AS shop, ?1 AS since,
          json_object('secret', setting, 'endsAt', not_after) AS detail
        FROM account_secrets WHERE not_after > ?1 AND not_after <= ?2
        UNION ALL SELECT 'shop/' || id, not_after, NULL, NULL, shop, ?1, json_object('secret', kind, 'endsAt', not_after)
        FROM shop_keys WHERE not_after > ?1 AND not_after <= ?2
        UNION ALL SELECT 'endpoint/' || id, not_after, NULL, NULL, shop, ?1,
          json_object('secret', 'endpoint ' || endpoint, 'endsAt', not_after)
        FROM endpoint_secrets WHERE not_after > ?1 AND not_after <= ?2
        UNION ALL SELECT 'token/' || id, expires_at, NULL, NULL, NULL, ?1,
          json_object('secret', 'token ' || name, 'token', id, 'endsAt', expires_at)
        FROM operator_tokens WHERE expires_at > ?1 AND expires_at <= ?2 AND revoked_at IS NULL
          AND julianday(expires_at) - julianday(created_at) > ${ENDING_WITHIN_MS / 86_400_000}
        UNION ALL SELECT 'certificate/' || (value ->> 'account') || '/' || (value ->> 'setting'), value ->> 'endsAt', NULL,
          value ->> 'account', NULL, ?1, json_object('secret', value ->> 'setting', 'endsAt', value ->> 'endsAt')
        FROM json_each(?3) WHERE value ->> 'endsAt' <= ?2`,
      values: [at, soon, JSON.stringify(certificates)],
    },
  ];
}

/** Brings the rows of shops, accounts, endpoints and providers in line with their causes. */
export async function refreshAttention(db: Database, now: number): Promise<void> {
  const certificates = await pinnedCertificates(db);
  await db.batch(
    derived(now, certificates).flatMap(({ kind, select, values }) => [
      db
        .prepare(
          `DELETE FROM attention WHERE kind = '${kind}' AND subject NOT IN (SELECT subject FROM (${select}))`,
        )
        .bind(...values),
      db
        .prepare(
          `${INSERT} SELECT '${kind}', subject, cause, payment, account, shop, since, detail FROM (${select}) WHERE true ${KEPT_UNLESS_NEW}`,
        )
        .bind(...values),
    ]),
  );
}
