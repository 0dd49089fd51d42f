// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/json.h"

#include <string>

namespace py = pybind11;

namespace ohm::python {

py::object to_python(const nlohmann::ordered_json& tree) {
  if (tree.is_object()) {
    py::dict entries;
    for (const auto& [key, value] : tree.items()) entries[py::str(key)] = to_python(value);
    return entries;
  }
  if (tree.is_array()) {
    py::list items;
    for (const auto& value : tree) items.append(to_python(value));
    return items;
  }
  if (tree.is_string()) return py::str(tree.get<std::string>());
  if (tree.is_boolean()) return py::bool_(tree.get<bool>());
  if (tree.is_number_float()) return py::float_(tree.get<double>());
  if (tree.is_number()) return py::int_(tree.get<long long>());
  return py::none();
}

}  // namespace ohm::python
