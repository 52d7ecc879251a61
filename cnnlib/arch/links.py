"""A whole network in a link: its declaration as JSON, compressed, in letters that an address takes.

Such a link needs no server that remembers: it opens the same network in any lab.
"""

import base64
import binascii
import json
import re
import zlib

from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

MAX_LENGTH = 12_000  # characters of a packed network; what browsers and servers take in an address
MAX_BYTES = 200_000  # of its JSON; a short text may unpack to a very long one

_PACKED = re.compile(r"[A-Za-z0-9_-]+")
_NO_NETWORK = "This link holds no network, or not a whole one. Ask for it again."


def pack_spec(spec: Spec) -> str:
    """The declaration in letters, digits, - and _.

    Raises:
        SpecError: it is too long for a link.
    """
    text = json.dumps(spec.to_dict(), separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(packed) > MAX_LENGTH:
        raise SpecError(
            f"A link holds networks of up to {MAX_LENGTH:,} characters. "
            f"Received: {len(packed):,}. Share its JSON file."
        )
    return packed


def unpack_spec(text: str) -> Spec:
    """What `pack_spec` wrote.

    Raises:
        SpecError: it is damaged, too long, or no network.
    """
    if len(text) > MAX_LENGTH or not _PACKED.fullmatch(text):
        raise SpecError(_NO_NETWORK)
    try:
        stream = zlib.decompressobj()
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = stream.decompress(packed, MAX_BYTES)
        if not stream.eof:
            raise SpecError(_NO_NETWORK)
        data = json.loads(content)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise SpecError(_NO_NETWORK) from error
    return Spec.from_dict(data)
