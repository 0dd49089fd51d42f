// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "crossbar/product/integer_rows.h"

namespace ohm::python {

/// Row-major NumPy arrays; another layout or a narrower type is converted, which costs a copy.
template <class T>
using Array = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

/// A NumPy array that owns `values`; nothing is copied.
template <class T>
pybind11::array_t<T> to_array(std::vector<T>&& values, const Shape& shape) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  T* first = owned->data();
  const pybind11::capsule owner(owned.release(),
                                [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return pybind11::array_t<T>(std::vector<pybind11::ssize_t>(shape.begin(), shape.end()), first,
                              owner);
}

/// The rows of a 2-D array, which must outlive them. Throws ArgumentError on any other rank.
IntegerRows to_rows(const Array<std::int32_t>& array, const char* name);

/// A matrix from a 2-D array. Throws ArgumentError on any other rank.
Matrix<std::int32_t> to_matrix(const Array<std::int32_t>& array, const char* name);

/// A tensor with the array's shape.
Tensor to_tensor(const Array<float>& array);

}  // namespace ohm::python
