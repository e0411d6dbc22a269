<?php
/**
 * Checks the webhooks of countersign (Standard Webhooks 1.0) and the shopper's way back, with PHP's own functions alone (8.1 and newer).
 *
 *     $event = Countersign\verifyWebhook(getallheaders(), file_get_contents('php://input'), $secret);
 *     $back = Countersign\verifyReturn($_SERVER['QUERY_STRING'], $secret);
 *
 * The body is the request as it came, before anything has parsed it. A secret may be an array of them while it is rotated. The same message
 * may come twice, with the same webhook-id, and messages may come out of order: of two, the one with the higher data.version is newer.
 */
declare(strict_types=1);

namespace Countersign;

const TOLERANCE_SECONDS = 300;

/** The message is not from countersign, or too old: answer 401 and change nothing. */
final class CountersignError extends \RuntimeException {}

/** @return list<string> the secrets as bytes; one that was taken over from elsewhere, and is no base64, is its text */
function keys(string|array|false|null $secrets): array
{
    // One that is not set (false of getenv) is none; one that is empty is a mistake.
    $secrets = array_filter(is_array($secrets) ? $secrets : [$secrets], static fn ($one) => $one !== null && $one !== false);
    $keys = array_map(static function (mixed $secret): string {
        $text = is_string($secret) ? preg_replace('/^whsec_/', '', $secret) : '';
        $bytes = (string) base64_decode($text, true);
        return base64_encode($bytes) === $text ? $bytes : $text;
    }, $secrets);
    // Anybody can sign with an empty key.
    if ($keys === [] || in_array('', $keys, true)) {
        throw new CountersignError('the secret is missing');
    }
    return $keys;
}

/** @return array{type: string, timestamp: string, data: array} what the webhook says */
function verifyWebhook(array $headers, string $body, string|array|false|null $secrets, ?int $now = null): array
{
    $named = array_change_key_case($headers);
    foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
        if (!is_string($named[$name] ?? null) || $named[$name] === '') {
            throw new CountersignError("the header $name is missing");
        }
    }
    $timestamp = $named['webhook-timestamp'];
    $genuine = false;
    foreach (keys($secrets) as $key) {
        $digest = hash_hmac('sha256', "{$named['webhook-id']}.$timestamp.$body", $key, true);
        foreach (explode(' ', $named['webhook-signature']) as $given) {
            $genuine = hash_equals('v1,' . base64_encode($digest), $given) || $genuine;
        }
    }
    $genuine || throw new CountersignError('no secret fits the signature');
    // Dots join what is signed: an id with one would be read in two ways.
    if (!preg_match('/^[^.]+\.\d{1,12}$/D', "{$named['webhook-id']}.$timestamp")) {
        throw new CountersignError('the headers webhook-id and webhook-timestamp have another form');
    }
    if (abs(($now ?? time()) - (int) $timestamp) > TOLERANCE_SECONDS) {
        throw new CountersignError('the message was sent too long ago, or the clock of this server is wrong');
    }
    $event = json_decode($body, true);
    return is_array($event) ? $event : throw new CountersignError('the body is not JSON');
}

/** @return array{payment: string, reference: string, status: string, expires: int} for the page to show */
function verifyReturn(string $query, string|array|false|null $secrets, ?int $now = null): array
{
    $values = [];
    foreach (explode('&', ltrim($query, '?')) as $pair) {
        [$name, $value] = array_map(urldecode(...), explode('=', $pair, 2) + [1 => '']);
        $values[$name][] = $value;
    }
    $signed = [];
    foreach (['payment', 'reference', 'status', 'expires', 'signature'] as $name) {
        if (count($values[$name] ?? []) !== 1 || $values[$name][0] === '') {
            throw new CountersignError("the parameter $name is missing, or there twice");
        }
        $signed[$name] = $values[$name][0];
    }
    $given = array_pop($signed);
    $genuine = false;
    foreach (keys($secrets) as $key) {
        $digest = hash_hmac('sha256', implode('.', $signed), hash_hmac('sha256', 'return', $key, true), true);
        $genuine = hash_equals(rtrim(strtr(base64_encode($digest), '+/', '-_'), '='), $given) || $genuine;
    }
    $genuine || throw new CountersignError('no secret fits the signature of this return');
    // Only the reference may have dots: with one in another part, the same text would be that of another reference.
    if (!preg_match('/^[0-9A-Z]{16}$/D', $signed['payment']) || !preg_match('/^[a-z_]+$/D', $signed['status'])) {
        throw new CountersignError('the parameters have another form than countersign gives them');
    }
    if (!preg_match('/^\d{1,12}$/D', $signed['expires']) || (int) $signed['expires'] < ($now ?? time())) {
        throw new CountersignError('the time of this return is over');
    }
    return ['expires' => (int) $signed['expires']] + $signed;
}
