// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/arrays.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace ohm::python {

IntegerRows to_rows(const Array<std::int32_t>& array, const char* name) {
  if (array.ndim() != 2) {
    throw ArgumentError(
        fmt::format("{}: {} axes found; expected 2 (rows, columns)", name, array.ndim()));
  }
  return {array.data(), array.shape(0), array.shape(1), array.shape(1)};
}

Matrix<std::int32_t> to_matrix(const Array<std::int32_t>& array, const char* name) {
  const IntegerRows rows = to_rows(array, name);
  Matrix<std::int32_t> matrix(rows.rows, rows.cols);
  std::copy_n(rows.values, array.size(), matrix.values.begin());
  return matrix;
}

Tensor to_tensor(const Array<float>& array) {
  Tensor tensor(Shape(array.shape(), array.shape() + array.ndim()));
  std::copy_n(array.data(), array.size(), tensor.values.begin());
  return tensor;
}

}  // namespace ohm::python
