// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <nlohmann/json.hpp>

namespace ohm::python {

/// A JSON tree as dict, list, str, float, int, bool and None, keys in their order.
pybind11::object to_python(const nlohmann::ordered_json& tree);

}  // namespace ohm::python
