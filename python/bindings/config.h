// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "core/config/reader.h"

namespace ohm::python {

using Roots = std::vector<std::filesystem::path>;
/// (dotted key, YAML text, origin), strongest first.
using Overrides = std::vector<std::tuple<std::string, std::string, std::string>>;

inline ConfigOptions options(const Roots& roots, const Overrides& overrides) {
  ConfigOptions result{roots, {}, true};
  for (const auto& [key, value, origin] : overrides) {
    result.overrides.push_back({key, value, origin});
  }
  return result;
}

}  // namespace ohm::python
