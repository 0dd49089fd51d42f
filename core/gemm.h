// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Row-major matrix in someone else's memory: element (i, j) is values[i * stride + j].
template <class T>
struct MatrixView {
  T* values = nullptr;
  Index stride = 0;
};

/// A is m x k, B is k x n, C is m x n.
struct GemmShape {
  Index m = 0;
  Index n = 0;
  Index k = 0;
};

/// Throws ArgumentError for a negative size.
void check_shape(const GemmShape& shape);

/// Throws ArgumentError where a matrix that has elements is null or its stride is shorter than a
/// row.
void check_matrix(const char* name, MatrixView<const void> matrix, Index rows, Index columns);

enum class GemmOutput { overwrite, accumulate };

/// Largest k for which every uint8 x int8 dot product fits int32: floor((2^31 - 1) / (255 * 128)).
inline constexpr Index kMaxInt8Depth = 65793;

/// C = A B or C += A B in fp32 by oneDNN, on the calling thread alone.
///
/// The order of summation is the library's; integer-valued operands whose sums of magnitudes stay
/// below 2^24 give exact results whatever that order. C must not overlap A or B.
/// Throws ArgumentError for a negative size, a stride shorter than its row, or a null matrix.
void gemm(const GemmShape& shape, MatrixView<const float> a, MatrixView<const float> b,
          MatrixView<float> c, GemmOutput output = GemmOutput::overwrite);

/// C = A B exactly, in int32, for uint8 A and int8 B, on the calling thread alone; k <=
/// kMaxInt8Depth.
///
/// By oneDNN's int8 kernels where the processor has VNNI (older kernels saturate pairs at 16 bits),
/// elsewhere by gemm_u8s8_widened. C must not overlap A or B.
/// Throws ArgumentError as gemm does, and for a larger k.
void gemm_u8s8(const GemmShape& shape, MatrixView<const std::uint8_t> a,
               MatrixView<const std::int8_t> b, MatrixView<std::int32_t> c);

/// The same exact product through fp32, over runs of k short enough that every partial sum stays
/// below 2^24.
void gemm_u8s8_widened(const GemmShape& shape, MatrixView<const std::uint8_t> a,
                       MatrixView<const std::int8_t> b, MatrixView<std::int32_t> c);

/// Whether gemm_u8s8 runs on int8 dot-product instructions (VNNI or AMX).
bool has_int8_dot_product();

/// Whether registers of 256 bits have such instructions (AVX-VNNI); oneDNN may say no where it
/// reports those of 512 bits.
bool has_avx_vnni();

/// Whether it runs on tiles of bytes (AMX), which the system has then granted to this process.
bool has_int8_tiles();

}  // namespace ohm
