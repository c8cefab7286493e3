"""What the document cannot say: how to sign in, and which of the requests that fit its schemas are refused."""

import os
import re
import unicodedata
import uuid

import requests
import schemathesis

signed_in = {}
valid_key = re.compile(r'"(?:[!#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-\[\]-~]{1,255}')


@schemathesis.auth()
class Administrator:
    """Signs in again once the session has ended, since some operations end it."""

    def get(self, case, ctx):
        if "token" not in signed_in:
            reply = requests.post(
                f"{os.environ['API']}/v1/auth/login",
                json={
                    "email": os.environ["API_EMAIL"],
                    "password": os.environ["API_PASSWORD"],
                    "token_delivery": "body",
                },
                timeout=60,
            )
            reply.raise_for_status()
            signed_in["token"] = reply.json()["access_token"]
        return signed_in["token"]

    def set(self, case, data, ctx):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def after_call(ctx, case, response):
    if response.status_code == 401:
        signed_in.pop("token", None)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    # A key that another request had is refused.
    for name in list(case.headers or {}):
        if name.lower() == "idempotency-key" and valid_key.fullmatch(str(case.headers[name])):
            case.headers[name] = str(uuid.uuid4())
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    if not (is_positive and isinstance(case.body, dict)):
        return
    body = dict(case.body)
    # A schema cannot say which characters are visible, which passwords are common, or that two fields are equal.
    for name in ("name", "surname", "title"):
        if isinstance(body.get(name), str) and not any(map(is_visible, body[name])):
            body[name] = "a"
    if case.path in ("/v1/auth/registration", "/v1/auth/me"):
        body.update({name: "nine green bottles" for name in ("password", "password2") if name in body})
    case.body = body


def is_visible(character):
    return unicodedata.category(character)[0] not in "ZC"


@schemathesis.hook
def filter_case(ctx, case):
    """Only an earlier page gives a cursor: one that was made up is valid by its schema alone."""
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    return not (is_positive and "cursor" in (case.query or {}))


@schemathesis.serializer("application/offset+octet-stream")
def serialize_part(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")
