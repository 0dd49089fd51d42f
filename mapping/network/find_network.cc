// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/find_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/config/reader.h"
#include "core/error.h"
#include "core/spelling.h"
#include "mapping/network/hf_config.h"

namespace ohm {
namespace fs = std::filesystem;

TransformerSpec find_network(const std::string& name, const std::vector<fs::path>& roots) {
  const ConfigOptions options{roots, {}};
  const auto presets = component_names("network", roots);
  const auto load = [&](const std::string& preset) {
    return load_spec<TransformerSpec>("network", preset, options);
  };
  if (std::find(presets.begin(), presets.end(), name) != presets.end()) return load(name);
  std::vector<std::string> known = presets;
  for (const std::string& preset : presets) {
    TransformerSpec spec = load(preset);
    const auto& aliases = spec.aliases;
    if (std::find(aliases.begin(), aliases.end(), name) != aliases.end()) return spec;
    known.insert(known.end(), aliases.begin(), aliases.end());
  }
  std::error_code ignored;  // a path that cannot be read is not a network
  if (name.ends_with(".yaml")) return load(name);
  if (fs::is_directory(name, ignored) || name.ends_with(".json")) return read_hf_config(name);
  throw ConfigError(
      fmt::format("network {} not found; expected a folder with a Hugging Face config.json, a YAML "
                  "file, or one "
                  "of: {}{}",
                  in_quotes(name), fmt::join(presets, ", "), did_you_mean(name, known)));
}

}  // namespace ohm
