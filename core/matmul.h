// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/gemm.h"
#include "core/index.h"

namespace ohm {

/// C = A B (+ bias) in fp32 with a fixed order of summation: c_ij = ((a_i0 b_0j + a_i1 b_1j) + ...)
/// from k = 0 upwards, every product rounded (no FMA), the bias added last.
///
/// The bits of a row of C depend on that row of A, B and the bias alone: not on m, on how a batch
/// is split, on threads or on the instruction set. `bias` has n elements or is null. C must not
/// overlap A or B. Throws ArgumentError as gemm does.
void matmul_fixed_order(const GemmShape& shape, MatrixView<const float> a,
                        MatrixView<const float> b, MatrixView<float> c,
                        const float* bias = nullptr);

/// C = A Bt (+ bias) in fp32 for B of n rows and k columns (dot products of rows, as in Q Kt or a
/// layer whose weights are stored per output), with a fixed order of summation: partial sum p adds
/// the products with k = p modulo 16 upwards, a ragged last run counts as filled with zeros, and
/// the sixteen meet in the tree p + (p + 8), p + (p + 4), p + (p + 2), p + (p + 1); no FMA, bias
/// last.
///
/// Same guarantee and same errors as matmul_fixed_order.
void matmul_transposed_fixed_order(const GemmShape& shape, MatrixView<const float> a,
                                   MatrixView<const float> b, MatrixView<float> c,
                                   const float* bias = nullptr);

}  // namespace ohm
