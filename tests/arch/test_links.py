"""A network in a link: there and back whole, and nothing else gets in."""

import base64
import json
import zlib

import pytest
from hypothesis import given

from cnnlib.arch import zoo
from cnnlib.arch.links import MAX_BYTES, MAX_LENGTH, pack_spec, unpack_spec
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError
from tests.arch.spec_draws import make_specs


def pack(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


@pytest.mark.parametrize("name", zoo.names())
def test_every_classic_network_fits_into_a_link(name: str) -> None:
    packed = pack_spec(zoo.get(name))
    assert len(packed) < 2_500, "what also old proxies take"
    assert unpack_spec(packed) == zoo.get(name)


@given(make_specs())
def test_any_network_comes_back_as_it_was(spec: Spec) -> None:
    assert unpack_spec(pack_spec(spec)) == spec


def test_a_link_is_of_letters_that_an_address_takes() -> None:
    assert pack_spec(zoo.get("resnet18")).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "a" * (MAX_LENGTH + 1),
        "abc",
        pack_spec(zoo.get("lenet5"))[:-8],
        pack_spec(zoo.get("lenet5"))[5:],
        pack(b"[" * 100_000),
        pack(b" " * (MAX_BYTES + 1) + b"{}"),
        pack(b"\x00" * 50_000_000),
        pack(b"\xff\xfe"),
        pack(b"NaN"),
        pack(b"{}"),
        pack(b'"baseline"'),
        pack(json.dumps({**zoo.get("lenet5").to_dict(), "name": "../x"}).encode()),
        pack(json.dumps({**zoo.get("lenet5").to_dict(), "layers": [{"kind": "Lambda"}]}).encode()),
        pack(json.dumps({**zoo.get("lenet5").to_dict(), "layers": [[]] * 300}).encode()),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_network_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(SpecError) as error:
        unpack_spec(text)
    assert len(str(error.value)) < 300
