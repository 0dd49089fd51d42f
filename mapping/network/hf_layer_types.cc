// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_layer_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/spelling.h"

namespace ohm {
namespace {

constexpr const char* kKey = "layer_types";
constexpr const char* kSliding = "sliding_attention";
constexpr const char* kFull = "full_attention";
constexpr Index kMostLayers = 4096;

/// Whether the types repeat the first `n` of them.
bool repeats(const std::vector<std::string>& types, size_t n) {
  return std::equal(types.begin() + static_cast<std::ptrdiff_t>(n), types.end(), types.begin());
}

/// Room for types of layers whose number may still be out of range.
std::vector<std::string> all_full(Index layers) {
  return std::vector<std::string>(static_cast<size_t>(std::clamp<Index>(layers, 0, kMostLayers)),
                                  kFull);
}

}  // namespace

std::vector<std::string> stated_layer_types(const JsonKeys& file, Index layers) {
  if (!file.contains(kKey)) return {};
  const auto& list = file.root().at(kKey);
  if (!list.is_array() || static_cast<Index>(list.size()) != layers) {
    file.refuse(kKey, fmt::format("{} found; expected a list of {} words, one per layer",
                                  list.is_array() ? fmt::format("{} words", list.size())
                                                  : list.dump().substr(0, 40),
                                  layers));
  }
  std::vector<std::string> types;
  for (const auto& type : list) {
    if (type != kSliding && type != kFull) {
      file.refuse(kKey, fmt::format("{} is not in this version; expected {} or {} for every layer",
                                    type.is_string() ? in_quotes(type.get<std::string>())
                                                     : type.dump().substr(0, 40),
                                    kSliding, kFull));
    }
    types.push_back(type.get<std::string>());
  }
  return types;
}

std::vector<std::string> sliding_behind(Index full, Index layers) {
  std::vector<std::string> types = all_full(layers);
  for (Index i = std::max<Index>(0, full); i < static_cast<Index>(std::ssize(types)); ++i) {
    types[static_cast<size_t>(i)] = kSliding;
  }
  return types;
}

std::vector<std::string> full_every(Index pattern, Index layers) {
  std::vector<std::string> types = all_full(layers);
  for (Index i = 0; i < static_cast<Index>(std::ssize(types)); ++i) {
    if ((i + 1) % pattern != 0) types[static_cast<size_t>(i)] = kSliding;
  }
  return types;
}

void set_layer_types(const HfReader& r, std::vector<std::string> types, TransformerSpec& s) {
  if (std::count(types.begin(), types.end(), kSliding) == 0) return;
  s.sliding_window = r.size("sliding_window");
  size_t shortest = 1;
  while (!repeats(types, shortest)) ++shortest;
  types.resize(shortest);
  if (shortest > 1) s.layer_types = std::move(types);
}

void refuse_mixed_layers(const JsonKeys& file, bool windowed) {
  if (!file.contains(kKey)) return;
  const std::string expected = windowed ? kSliding : kFull;
  const auto& types = file.root().at(kKey);
  const bool alike =
      types.is_array() && std::all_of(types.begin(), types.end(),
                                      [&](const nlohmann::json& type) { return type == expected; });
  if (alike) return;
  file.refuse(kKey, fmt::format("the layers of this family do not take turns; expected '{}' for "
                                "all, or the shape in a YAML file",
                                expected));
}

}  // namespace ohm
