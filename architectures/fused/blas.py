"""Matrix products inside compiled code, by the BLAS that torch itself computes with."""

import ctypes
from pathlib import Path

import llvmlite.binding
import torch
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic


def _address(name: str) -> int:
    """Where a Fortran BLAS routine is: torch's own or, where its library shows none, scipy's."""
    for file in (Path(torch.__file__).parent / "lib").glob("*torch_cpu.*"):
        try:
            routine = getattr(ctypes.CDLL(str(file)), f"{name}_")
        except (OSError, AttributeError):
            continue
        return ctypes.cast(routine, ctypes.c_void_p).value or 0
    return get_cython_function_address("scipy.linalg.cython_blas", name)


for _name in ("sgemm", "dgemm"):
    llvmlite.binding.add_symbol(f"harness_{_name}", _address(_name))


@intrinsic
def _gemm(typing, at, bt, m, n, k, a, lda, b, ldb, beta, c, ldc):
    """C = op(A) op(B) + beta C, columns first, as BLAS has it; a, b, c are addresses."""
    number = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}[beta]
    name = "harness_sgemm" if beta == types.float32 else "harness_dgemm"

    def generate(context, builder, signature, values):
        at, bt, m, n, k, a, lda, b, ldb, beta, c, ldc = values
        text, whole = ir.IntType(8), ir.IntType(32)

        def kept(value, as_type):
            return cgutils.alloca_once_value(builder, builder.trunc(value, as_type))

        def real(value):
            return cgutils.alloca_once_value(builder, value)

        arguments = [
            kept(at, text), kept(bt, text), kept(m, whole), kept(n, whole), kept(k, whole),
            real(ir.Constant(number, 1.0)), a, kept(lda, whole), b, kept(ldb, whole),
            real(beta), c, kept(ldc, whole),
        ]  # fmt: skip
        address = ir.IntType(64)
        arguments = [
            builder.ptrtoint(value, address) if isinstance(value.type, ir.PointerType) else value
            for value in arguments
        ]
        kind = ir.FunctionType(ir.VoidType(), [address] * len(arguments))
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)
        return context.get_dummy_value()

    whole = types.int64
    spelled = [whole] * 5 + [types.uintp, whole, types.uintp, whole, beta, types.uintp, whole]
    return types.none(*spelled), generate


@njit(inline="always")
def _laid_out(a):
    """Whether a matrix is stored by columns, and how far its rows, or columns, are apart."""
    rows, columns = a.shape
    if a.strides[1] == a.itemsize:
        return ord("N"), max(a.strides[0] // a.itemsize, columns, 1)
    return ord("T"), max(a.strides[1] // a.itemsize, rows, 1)


@njit
def product(a, b, out, beta):
    """out = a b + beta out; a and b may be transposed, all may be columns of wider arrays."""
    at, lda = _laid_out(a)
    bt, ldb = _laid_out(b)
    _, ldc = _laid_out(out)
    _gemm(  # type: ignore[call-arg]  # numba gives the first argument
        bt, at, b.shape[1], a.shape[0], a.shape[1],
        b.ctypes.data, ldb, a.ctypes.data, lda, out.dtype.type(beta), out.ctypes.data, ldc,
    )  # fmt: skip
