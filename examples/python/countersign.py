"""Checks the webhooks of countersign (Standard Webhooks 1.0) and the shopper's way back, with Python's standard library alone.

    event = verify_webhook(headers, body, secret)      # what the message says; answer 2xx when you have it
    back = verify_return(query, secret)                # {"payment", "reference", "status", "expires"}, for the page to show

`body` is the bytes of the request before anything has parsed them; `headers` a mapping of names to values; `query` the query of the
address that the shopper came back to. A secret may be a list of them while it is rotated; one that is None is ignored, if another is there.
The same message may come twice, with the same `webhook-id`, and messages may come out of order: of two, the one with the higher `data.version` is newer.
"""

import base64
import hmac
import json
import re
import time
import urllib.parse

TOLERANCE_SECONDS = 300


class CountersignError(Exception):
    """The message is not from countersign, or too old: answer 401 and change nothing."""


def _secrets(given):
    # One that is not set is none; one that is empty is a mistake.
    secrets = [one for one in (given if isinstance(given, (list, tuple, set)) else [given]) if one is not None]
    if not secrets or not all(isinstance(one, str) and one for one in secrets):
        raise CountersignError("the secret is missing")
    return secrets


def _key(secret):
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if base64.b64encode(key).decode() != text:
        # A secret that was taken over from elsewhere is its text.
        key = text.encode()
    if not key:
        # Anybody can sign with an empty key.
        raise CountersignError("the secret is missing")
    return key


def verify_webhook(headers, body, secrets, now=None):
    """Returns what the webhook says, or raises CountersignError."""
    named = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, signatures = (named[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as error:
        raise CountersignError(f"the header {error} is missing") from error
    signed = f"{message_id}.{timestamp}.".encode() + body
    is_genuine = False
    for secret in _secrets(secrets):
        expected = "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
        for given in signatures.split(" "):
            is_genuine |= hmac.compare_digest(expected.encode(), given.encode())
    if not is_genuine:
        raise CountersignError("no secret fits the signature")
    # Dots join what is signed: an id with one would be read in two ways.
    if not re.fullmatch(r"[^.]+\.[0-9]{1,12}", f"{message_id}.{timestamp}"):
        raise CountersignError("the headers webhook-id and webhook-timestamp have another form")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        raise CountersignError("the message was sent too long ago, or the clock of this server is wrong")
    try:
        return json.loads(body)
    except ValueError as error:
        raise CountersignError("the body is not JSON") from error


def verify_return(query, secrets, now=None):
    """Returns what the address of a shopper who came back says, or raises CountersignError."""
    fields = urllib.parse.parse_qs(query.lstrip("?"), keep_blank_values=True)
    values = {}
    for name in ("payment", "reference", "status", "expires", "signature"):
        if len(fields.get(name, [])) != 1 or not fields[name][0]:
            raise CountersignError(f"the parameter {name} is missing, or there twice")
        values[name] = fields[name][0]
    given = values.pop("signature")
    text = ".".join(values.values()).encode()
    is_genuine = False
    for secret in _secrets(secrets):
        digest = hmac.digest(hmac.digest(_key(secret), b"return", "sha256"), text, "sha256")
        expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_genuine |= hmac.compare_digest(expected.encode(), given.encode())
    if not is_genuine:
        raise CountersignError("no secret fits the signature of this return")
    # Only the reference may have dots: with one in another part, the same text would be that of another reference.
    if not re.fullmatch("[0-9A-Z]{16}", values["payment"]) or not re.fullmatch("[a-z_]+", values["status"]):
        raise CountersignError("the parameters have another form than countersign gives them")
    if not re.fullmatch("[0-9]{1,12}", values["expires"]) or int(values["expires"]) < (time.time() if now is None else now):
        raise CountersignError("the time of this return is over")
    return {**values, "expires": int(values["expires"])}
