"""Receives a webhook the way an agency would: with the package of Standard Webhooks.

Reads the secret, the headers and the body from standard input, and prints the type of the event.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def refuses(receiver: Webhook, body: str, headers: dict[str, str]) -> bool:
    """Says whether the receiver sees that something is wrong."""
    try:
        receiver.verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


stage = json.load(sys.stdin)
receiver = Webhook(stage["secret"])
event = receiver.verify(stage["body"], stage["headers"])
assert refuses(receiver, stage["body"] + " ", stage["headers"]), "a forged body was taken"
old = {**stage["headers"], "webhook-timestamp": "1614265330"}
assert refuses(receiver, stage["body"], old), "an old webhook was taken"
other = Webhook("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
assert refuses(other, stage["body"], stage["headers"]), "another secret fits"
print(event["type"])
