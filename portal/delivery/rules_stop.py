"""The address that ends somebody's daily mail: whoever holds the mail may use it, so it is signed and does only
that."""

import uuid

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "stop messages"


def stop_token(person_id: uuid.UUID, secret: str) -> str:
    """What stands in the address."""
    token = URLSafeSerializer(secret, SALT).dumps(person_id.hex)
    return token if isinstance(token, str) else token.decode()


def whose_messages(token: str, secret: str) -> uuid.UUID | None:
    """Whose mail ends; None for an address that we did not make."""
    try:
        return uuid.UUID(URLSafeSerializer(secret, SALT).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
