// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/index.h"
#include "mapping/network/json_keys.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Our names of the activations that language models spell in their files.
const std::map<std::string, std::string>& hf_activations();

/// ConfigError unless what follows the layers is an output matrix over the vocabulary, or the file
/// does not say.
void require_language_model(const JsonKeys& file);

/// How many values a trained weight has: fp8 changes no shape (0: a real number), bitnet makes them
/// ternary (3). ConfigError for any other quantisation.
Index trained_levels(const JsonKeys& file);

/// How much of a head is rotated: the share `key`, or its place in newer files; 0: all of it.
Index rotated_part(const JsonKeys& file, const std::string& key, double otherwise,
                   const TransformerSpec& spec);

}  // namespace ohm
