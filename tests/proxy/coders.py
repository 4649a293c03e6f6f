"""Content codings piece by piece: what is written can be read at once. Those
that Python does not have come from the libraries that the daemon uses."""

import ctypes
import zlib

ROOM = 1 << 16


def library(name):
    return ctypes.CDLL(f"lib{name}.so.1")


class Zlib:
    """gzip, and deflate in the frame of zlib."""

    def __init__(self, wbits):
        self.coder = zlib.compressobj(wbits=wbits)
        self.decoder = zlib.decompressobj(wbits=wbits)

    def encode(self, piece):
        return self.coder.compress(piece) + self.coder.flush(zlib.Z_SYNC_FLUSH)

    def end(self):
        return self.coder.flush()

    def decode(self, piece):
        return self.decoder.decompress(piece)


class Brotli:
    FLUSH, FINISH, MORE = 1, 2, 3

    def __init__(self):
        self.enc, self.dec = library("brotlienc"), library("brotlidec")
        for make in (self.enc.BrotliEncoderCreateInstance,
                     self.dec.BrotliDecoderCreateInstance):
            make.restype = ctypes.c_void_p
        self.coder = ctypes.c_void_p(
            self.enc.BrotliEncoderCreateInstance(None, None, None))
        self.decoder = ctypes.c_void_p(
            self.dec.BrotliDecoderCreateInstance(None, None, None))

    @staticmethod
    def run(call, piece):
        """One call with all of a piece, and room for whatever comes."""
        size_in, size_out = ctypes.c_size_t(len(piece)), ctypes.c_size_t(ROOM)
        source, target = ctypes.create_string_buffer(piece, len(piece) + 1), \
            ctypes.create_string_buffer(ROOM)
        at_in = ctypes.c_void_p(ctypes.addressof(source))
        at_out = ctypes.c_void_p(ctypes.addressof(target))
        result = call(ctypes.byref(size_in), ctypes.byref(at_in),
                      ctypes.byref(size_out), ctypes.byref(at_out))
        if not result or size_in.value:
            raise OSError("brotli did not take it")
        return target.raw[:ROOM - size_out.value]

    def compress(self, operation, piece):
        return self.run(
            lambda *places: self.enc.BrotliEncoderCompressStream(
                self.coder, operation, *places, None), piece)

    def encode(self, piece):
        return self.compress(self.FLUSH, piece)

    def end(self):
        return self.compress(self.FINISH, b"")

    def decode(self, piece):
        return self.run(
            lambda *places: self.dec.BrotliDecoderDecompressStream(
                self.decoder, *places, None), piece)


class Buffer(ctypes.Structure):
    """As zstd knows what goes in or comes out."""
    _fields_ = [("start", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("at", ctypes.c_size_t)]


class Zstd:
    FLUSH, FINISH = 1, 2

    def __init__(self):
        self.zstd = library("zstd")
        for make in (self.zstd.ZSTD_createCStream,
                     self.zstd.ZSTD_createDStream):
            make.restype = ctypes.c_void_p
        self.zstd.ZSTD_compressStream2.restype = ctypes.c_size_t
        self.zstd.ZSTD_decompressStream.restype = ctypes.c_size_t
        self.coder = ctypes.c_void_p(self.zstd.ZSTD_createCStream())
        self.decoder = ctypes.c_void_p(self.zstd.ZSTD_createDStream())

    def run(self, call, piece):
        source, target = ctypes.create_string_buffer(piece, len(piece) + 1), \
            ctypes.create_string_buffer(ROOM)
        used = Buffer(ctypes.addressof(source), len(piece), 0)
        made = Buffer(ctypes.addressof(target), ROOM, 0)
        result = call(ctypes.byref(made), ctypes.byref(used))
        if self.zstd.ZSTD_isError(ctypes.c_size_t(result)) \
                or used.at != used.size:
            raise OSError("zstd did not take it")
        return target.raw[:made.at]

    def compress(self, operation, piece):
        return self.run(lambda made, used: self.zstd.ZSTD_compressStream2(
            self.coder, made, used, operation), piece)

    def encode(self, piece):
        return self.compress(self.FLUSH, piece)

    def end(self):
        return self.compress(self.FINISH, b"")

    def decode(self, piece):
        return self.run(lambda made, used: self.zstd.ZSTD_decompressStream(
            self.decoder, made, used), piece)


class Plain:
    def encode(self, piece):
        return piece

    def end(self):
        return b""

    def decode(self, piece):
        return piece


CODERS = {"identity": Plain, "gzip": lambda: Zlib(31),
          "deflate": lambda: Zlib(15), "br": Brotli, "zstd": Zstd}
