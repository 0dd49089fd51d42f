// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/index.h"

namespace ohm {

/// Extents of an array, outermost axis first; {} is a scalar.
using Shape = std::vector<Index>;

/// The shape as people write it: "(64, 96)", "(64,)", "()".
std::string to_string(const Shape& shape);

/// Number of elements of `shape`, refusing sizes whose array of `bytes_each` could not be
/// addressed.
///
/// Throws ArgumentError if an extent is negative or the product of the non-zero extents is too
/// large.
Index element_count(const Shape& shape, Index bytes_each = 1);

/// A dense array in row-major order (last axis contiguous), fp32, a value like an int.
///
/// Invariant: values.size() == element_count(shape); a default one has shape (0,).
struct Tensor {
  Shape shape{0};
  std::vector<float> values;

  Tensor() = default;
  /// All zeros. Throws ArgumentError on a bad shape.
  explicit Tensor(Shape shape);
  /// Throws ArgumentError on a bad shape, or if `values` is not as long as the shape says.
  Tensor(Shape shape, std::vector<float> values);

  Index rank() const { return std::ssize(shape); }
  Index size() const { return std::ssize(values); }
  /// Extent of an axis; negative axes count from the last. Throws ArgumentError outside [-rank,
  /// rank).
  Index dim(Index axis) const;
  /// Number of rows: the product of all extents but the last. Throws ArgumentError on a scalar.
  Index rows() const;
  /// One row along the last axis. Throws ArgumentError outside [0, rows()).
  std::span<float> row(Index index);
  std::span<const float> row(Index index) const;

  bool operator==(const Tensor&) const = default;
};

/// A dense rows × cols array in row-major order.
///
/// Invariant: values.size() == rows * cols. Access is checked by assertions only.
template <class T>
struct Matrix {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no rows");

  Index rows = 0;
  Index cols = 0;
  std::vector<T> values;

  Matrix() = default;
  /// Filled with `fill`. Throws ArgumentError on negative or unaddressable sizes.
  Matrix(Index n_rows, Index n_cols, T fill = T{})
      : rows(n_rows), cols(n_cols), values(count(n_rows, n_cols), fill) {}

  T& operator()(Index i, Index j) { return values[offset(i, j)]; }
  const T& operator()(Index i, Index j) const { return values[offset(i, j)]; }
  std::span<T> row(Index i) { return std::span<T>(values).subspan(start(i), length()); }
  std::span<const T> row(Index i) const {
    return std::span<const T>(values).subspan(start(i), length());
  }
  Index size() const { return std::ssize(values); }

  bool operator==(const Matrix&) const = default;

 private:
  static std::size_t count(Index n_rows, Index n_cols) {
    return static_cast<std::size_t>(element_count({n_rows, n_cols}, Index{sizeof(T)}));
  }
  std::size_t length() const { return static_cast<std::size_t>(cols); }
  std::size_t start(Index i) const {
    assert(i >= 0 && i < rows);
    return static_cast<std::size_t>(i * cols);
  }
  std::size_t offset(Index i, Index j) const {
    assert(j >= 0 && j < cols);
    return start(i) + static_cast<std::size_t>(j);
  }
};

/// The tensor of rank 2 as a matrix, same order. Throws ArgumentError on any other rank.
Matrix<float> to_matrix(Tensor tensor);

}  // namespace ohm
