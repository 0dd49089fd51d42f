// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// The network that `name` means: a preset in `<root>/network`, an alias of one ("gpt2",
/// "openai-community/gpt2"), a Hugging Face folder or its config.json, or a YAML file, in this
/// order.
///
/// Throws ConfigError with a did-you-mean where it means none, and what the readers throw.
TransformerSpec find_network(const std::string& name,
                             const std::vector<std::filesystem::path>& roots);

}  // namespace ohm
