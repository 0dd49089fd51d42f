// SPDX-License-Identifier: Apache-2.0
#include "core/gemm.h"

#include <dnnl.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.h"

// From the OpenMP run time that oneDNN brings along; <omp.h> belongs to one compiler only.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int);
}

namespace ohm {
namespace {

/// Longest run of 255 * 128 products below 2^24, rounded down to a multiple of 64: 514 -> 512.
constexpr Index kExactRun = 512;

/// Keeps oneDNN's OpenMP on the calling thread; the caller's own setting comes back afterwards.
class SingleThreadedOpenMp {
 public:
  SingleThreadedOpenMp() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~SingleThreadedOpenMp() { omp_set_num_threads(before_); }
  SingleThreadedOpenMp(const SingleThreadedOpenMp&) = delete;
  SingleThreadedOpenMp& operator=(const SingleThreadedOpenMp&) = delete;

 private:
  int before_;
};

template <class A, class B, class C>
void check_gemm(const GemmShape& s, const A& a, const B& b, const C& c) {
  check_shape(s);
  if (s.m == 0 || s.n == 0) return;
  check_matrix("A", {a.values, a.stride}, s.m, s.k);
  check_matrix("B", {b.values, b.stride}, s.k, s.n);
  check_matrix("C", {c.values, c.stride}, s.m, s.n);
}

void check_depth(Index k) {
  if (k <= kMaxInt8Depth) return;
  throw ArgumentError(
      fmt::format("gemm_u8s8: k is {}; expected at most {}, beyond which int32 may overflow; split "
                  "the product along k",
                  k, kMaxInt8Depth));
}

void check_status(dnnl_status_t status, const GemmShape& s) {
  if (status == dnnl_success) return;
  throw SolveError(fmt::format("gemm: oneDNN answered status {} for m = {}, n = {}, k = {}",
                               static_cast<int>(status), s.m, s.n, s.k));
}

/// The values are bit sets of instruction sets.
bool has_isa(dnnl_cpu_isa_t expected) {
  const auto isa = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  return (isa & static_cast<unsigned>(expected)) == static_cast<unsigned>(expected);
}

template <class T>
void clear(const GemmShape& s, MatrixView<T> c) {
  for (Index i = 0; i < s.m; ++i) std::fill_n(c.values + i * c.stride, s.n, T{0});
}

/// Runs of A's columns and B's rows, from `first` on, as fp32; A and B tight, C is m x n tight.
struct WidenedRun {
  std::vector<float> a, b, c;
};

void multiply_run(WidenedRun& run, const GemmShape& s, MatrixView<const std::uint8_t> a,
                  MatrixView<const std::int8_t> b) {
  for (Index i = 0; i < s.m; ++i) {
    std::copy_n(a.values + i * a.stride, s.k, run.a.begin() + i * s.k);
  }
  for (Index i = 0; i < s.k; ++i) {
    std::copy_n(b.values + i * b.stride, s.n, run.b.begin() + i * s.n);
  }
  gemm(s, {run.a.data(), s.k}, {run.b.data(), s.n}, {run.c.data(), s.n});
}

}  // namespace

void check_shape(const GemmShape& s) {
  if (s.m >= 0 && s.n >= 0 && s.k >= 0) return;
  throw ArgumentError(fmt::format(
      "matrix product: shape is m = {}, n = {}, k = {}; expected 0 or more", s.m, s.n, s.k));
}

void check_matrix(const char* name, MatrixView<const void> matrix, Index rows, Index columns) {
  if (rows == 0 || columns == 0) return;
  if (matrix.values == nullptr) {
    throw ArgumentError(
        fmt::format("matrix product: {} is null; expected {} x {} elements", name, rows, columns));
  }
  if (matrix.stride >= columns) return;
  throw ArgumentError(
      fmt::format("matrix product: {} has stride {}; expected at least the length of its rows, {}",
                  name, matrix.stride, columns));
}

bool has_int8_dot_product() {
  // AVX2-VNNI is left to the widened product: the exactness of that kernel has not been
  // established.
  return has_isa(dnnl_cpu_isa_avx512_core_vnni);
}

bool has_avx_vnni() {
  return has_isa(dnnl_cpu_isa_avx2_vnni);
}

bool has_int8_tiles() {
  return has_isa(dnnl_cpu_isa_avx512_core_amx);
}

void gemm(const GemmShape& s, MatrixView<const float> a, MatrixView<const float> b,
          MatrixView<float> c, GemmOutput output) {
  check_gemm(s, a, b, c);
  if (s.m == 0 || s.n == 0) return;
  const bool accumulate = output == GemmOutput::accumulate;
  if (s.k == 0) {
    if (!accumulate) clear(s, c);
    return;
  }
  const SingleThreadedOpenMp guard;
  check_status(dnnl_sgemm('N', 'N', s.m, s.n, s.k, 1.0F, a.values, a.stride, b.values, b.stride,
                          accumulate ? 1.0F : 0.0F, c.values, c.stride),
               s);
}

void gemm_u8s8(const GemmShape& s, MatrixView<const std::uint8_t> a,
               MatrixView<const std::int8_t> b, MatrixView<std::int32_t> c) {
  if (!has_int8_dot_product()) return gemm_u8s8_widened(s, a, b, c);
  check_gemm(s, a, b, c);
  check_depth(s.k);
  if (s.m == 0 || s.n == 0) return;
  if (s.k == 0) return clear(s, c);
  const SingleThreadedOpenMp guard;
  const std::int32_t no_offset = 0;
  check_status(dnnl_gemm_u8s8s32('N', 'N', 'F', s.m, s.n, s.k, 1.0F, a.values, a.stride, 0,
                                 b.values, b.stride, 0, 0.0F, c.values, c.stride, &no_offset),
               s);
}

void gemm_u8s8_widened(const GemmShape& s, MatrixView<const std::uint8_t> a,
                       MatrixView<const std::int8_t> b, MatrixView<std::int32_t> c) {
  check_gemm(s, a, b, c);
  check_depth(s.k);
  if (s.m == 0 || s.n == 0) return;
  clear(s, c);
  const auto depth = std::min(kExactRun, s.k);
  WidenedRun run{std::vector<float>(static_cast<std::size_t>(s.m * depth)),
                 std::vector<float>(static_cast<std::size_t>(depth * s.n)),
                 std::vector<float>(static_cast<std::size_t>(s.m * s.n))};
  for (Index first = 0; first < s.k; first += kExactRun) {
    const GemmShape part{s.m, s.n, std::min(kExactRun, s.k - first)};
    multiply_run(run, part, {a.values + first, a.stride}, {b.values + first * b.stride, b.stride});
    for (Index i = 0; i < s.m; ++i) {
      for (Index j = 0; j < s.n; ++j) {
        c.values[i * c.stride + j] +=
            static_cast<std::int32_t>(run.c[static_cast<std::size_t>(i * s.n + j)]);
      }
    }
  }
}

}  // namespace ohm
