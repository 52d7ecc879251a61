"""Read a pickle of plain containers and NumPy arrays, and nothing else, from an untrusted file.

Unpickling runs whatever functions a file names. This reader knows the few opcodes that strings,
numbers, lists, tuples, dictionaries and arrays need. It calls no function that a file names:
NumPy's are replaced by small stand-ins, and an array is built from its bytes only.
"""

import io
import pickle
import struct
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import DatasetError

_OPCODES = """
    PROTO FRAME STOP MARK POP NONE NEWTRUE NEWFALSE INT LONG BININT BININT1 BININT2 LONG1 BINFLOAT
    STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINBYTES SHORT_BINBYTES
    BYTEARRAY8
    EMPTY_DICT DICT EMPTY_LIST LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS
    SETITEM SETITEMS PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET
    GLOBAL STACK_GLOBAL REDUCE BUILD
"""
_NUMBER_TYPES = frozenset(f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8))
_ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")


class _Ndarray:
    """Stands in for the type ``numpy.ndarray``, which a pickle only passes on."""


class _Dtype:
    """Stands in for ``numpy.dtype``: integers only."""

    def __init__(self, code: object, *_: object) -> None:
        text = code.decode("ascii") if isinstance(code, bytes) else str(code)
        if text not in _NUMBER_TYPES:
            raise pickle.UnpicklingError(f"arrays of type {text[:20]!r} are not read")
        self.dtype = np.dtype(text)

    def build(self, state: Any) -> None:
        if state[1] in (b">", ">"):
            self.dtype = self.dtype.newbyteorder(">")


class _Array:
    """Stands in for ``_reconstruct(ndarray, …)``: takes the state, makes the array."""

    def __init__(self, kind: object, *_: object) -> None:
        if kind is not _Ndarray:
            raise pickle.UnpicklingError("an array is of an unknown kind")
        self.array: NDArray[Any] | None = None

    def build(self, state: Any) -> None:
        _, shape, dtype, by_columns, raw = state
        if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes):
            raise pickle.UnpicklingError("an array's content is not bytes")
        flat = np.frombuffer(raw, dtype.dtype)
        self.array = flat.reshape(shape, order="F" if by_columns else "C")


def _from_buffer(raw: object, dtype: object, shape: Any, order: Any) -> NDArray[Any]:
    """Stands in for ``_frombuffer``, by which protocol 5 writes an array."""
    if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes | bytearray):
        raise pickle.UnpicklingError("an array's content is not bytes")
    return np.frombuffer(bytes(raw), dtype.dtype).reshape(shape, order=order)


def _scalar(dtype: object, raw: object) -> int:
    """Stands in for ``scalar``, by which a single NumPy number is written."""
    return int(_from_buffer(raw, dtype, (), "C"))


def _encode(text: object, encoding: object = "latin1") -> bytes:
    """What Python 3 writes for bytes at protocol 2: a string and "latin1"."""
    if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError("a byte string has an unknown encoding")
    return text.encode("latin1")


_ALLOWED: dict[tuple[str, str], Any] = {
    **{(module, "_reconstruct"): _Array for module in _ARRAY_MODULES},
    **{(module, "scalar"): _scalar for module in _ARRAY_MODULES},
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "ndarray"): _Ndarray,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}
_CALLABLE = (_Array, _Dtype, _encode, _from_buffer, _scalar)


class _PlainUnpickler(pickle._Unpickler):
    """The pure Python unpickler with all but the opcodes above taken out."""

    stack: list[Any]
    read: Callable[[int], bytes]
    pop_mark: Callable[[], list[Any]]

    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it asks for {f'{module}.{name}'[:60]!r}")
        return found

    def load_reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not any(function is allowed for allowed in _CALLABLE):
            raise pickle.UnpicklingError("it calls something that is not an array")
        self.stack.append(function(*arguments))

    def load_build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if not isinstance(target, _Array | _Dtype):
            raise pickle.UnpicklingError("it changes something that is not an array")
        target.build(state)

    def load_bytearray8(self) -> None:
        (size,) = struct.unpack("<Q", self.read(8))
        self.stack.append(self.read(size))  # only what is there, whatever size is claimed

    def load_dict(self) -> None:
        items = self.pop_mark()
        self.stack.append({})
        self._add_items(items)

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._add_items([key, value])

    def load_setitems(self) -> None:
        self._add_items(self.pop_mark())

    def _add_items(self, items: list[Any]) -> None:
        target, keys = self.stack[-1], items[::2]
        # Only keys with a cheap hash: that of nested tuples can take for ever.
        if type(target) is not dict or not all(type(key) in (bytes, str, int) for key in keys):
            raise pickle.UnpicklingError("a dictionary has a key that is not a plain name")
        target.update(zip(keys, items[1::2], strict=True))

    dispatch: ClassVar[dict[int, Any]] = {
        code: pickle._Unpickler.dispatch[code]
        for code in (getattr(pickle, opcode)[0] for opcode in _OPCODES.split())
    } | {
        pickle.BYTEARRAY8[0]: load_bytearray8,
        pickle.REDUCE[0]: load_reduce,
        pickle.BUILD[0]: load_build,
        pickle.DICT[0]: load_dict,
        pickle.SETITEM[0]: load_setitem,
        pickle.SETITEMS[0]: load_setitems,
    }


def read_pickle(content: bytes, name: str) -> dict[str, Any]:
    """The dictionary pickled in `content` (by Python 2 or 3), with text keys; `name` is for errors.

    Byte strings stay bytes, since Python 2 made no difference.

    Raises:
        DatasetError: the content is cut, is no pickle of a dictionary, or asks for anything but
            plain containers and arrays of integers.
    """
    try:
        value = _PlainUnpickler(io.BytesIO(content), encoding="bytes").load()
        if type(value) is not dict:
            raise pickle.UnpicklingError("it holds no dictionary")
        return {_text(key): _plain(item) for key, item in value.items()}
    except pickle.UnpicklingError as error:
        raise DatasetError(f"{name} was refused as unsafe or damaged: {error}.") from None
    except (Exception, RecursionError) as error:  # a hostile file can raise anything
        raise DatasetError(f"{name} is cut, damaged or not a pickle file.") from error


def _text(key: object) -> str:
    return key.decode("ascii") if isinstance(key, bytes) else str(key)


def _plain(value: object) -> object:
    return value.array if isinstance(value, _Array) else value
