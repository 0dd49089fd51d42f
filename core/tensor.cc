// SPDX-License-Identifier: Apache-2.0
#include "core/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "core/error.h"

namespace ohm {

std::string to_string(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

Index element_count(const Shape& shape, Index bytes_each) {
  // Zeros are left out of the overflow check's product, so that (0, huge, huge) is refused in any
  // order of its axes: strides of such an array would overflow.
  Index nonzero = bytes_each;
  bool empty = false;
  for (const Index extent : shape) {
    if (extent < 0)
      throw ArgumentError(
          fmt::format("shape {}: negative extent {}; every extent must be 0 or more",
                      to_string(shape), extent));
    if (extent == 0)
      empty = true;
    else if (nonzero > std::numeric_limits<Index>::max() / extent)
      throw ArgumentError(fmt::format(
          "shape {}: more elements of {} bytes than memory can address; expected at most {} bytes",
          to_string(shape), bytes_each, std::numeric_limits<Index>::max()));
    else
      nonzero *= extent;
  }
  return empty ? 0 : nonzero / bytes_each;
}

Tensor::Tensor(Shape shape_in) : shape(std::move(shape_in)) {
  values.resize(static_cast<std::size_t>(element_count(shape, Index{sizeof(float)})));
}

Tensor::Tensor(Shape shape_in, std::vector<float> values_in)
    : shape(std::move(shape_in)), values(std::move(values_in)) {
  const Index expected = element_count(shape, Index{sizeof(float)});
  if (size() != expected)
    throw ArgumentError(fmt::format("tensor of shape {}: got {} values; expected {}",
                                    to_string(shape), size(), expected));
}

Index Tensor::dim(Index axis) const {
  if (axis < -rank() || axis >= rank())
    throw ArgumentError(fmt::format("tensor of shape {}: no axis {}; expected one in [{}, {})",
                                    to_string(shape), axis, -rank(), rank()));
  return shape[static_cast<std::size_t>(axis < 0 ? axis + rank() : axis)];
}

Index Tensor::rows() const {
  if (shape.empty())
    throw ArgumentError("tensor of shape (): a scalar has no rows; expected rank 1 or more");
  return element_count(Shape(shape.begin(), shape.end() - 1));
}

std::span<float> Tensor::row(Index index) {
  const auto found = std::as_const(*this).row(index);
  return std::span<float>(values).subspan(static_cast<std::size_t>(index) * found.size(),
                                          found.size());
}

std::span<const float> Tensor::row(Index index) const {
  const Index n_rows = rows();
  if (index < 0 || index >= n_rows)
    throw ArgumentError(fmt::format("tensor of shape {}: no row {}; expected one in [0, {})",
                                    to_string(shape), index, n_rows));
  return std::span<const float>(values).subspan(static_cast<std::size_t>(index * shape.back()),
                                                static_cast<std::size_t>(shape.back()));
}

Matrix<float> to_matrix(Tensor tensor) {
  if (tensor.rank() != 2)
    throw ArgumentError(fmt::format("tensor of shape {}: expected rank 2 to make a matrix",
                                    to_string(tensor.shape)));
  Matrix<float> matrix;
  matrix.rows = tensor.shape[0];
  matrix.cols = tensor.shape[1];
  matrix.values = std::move(tensor.values);
  return matrix;
}

}  // namespace ohm
