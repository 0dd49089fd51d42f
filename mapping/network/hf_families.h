// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// The keys of a family whose shape, not numbers, is in this version: all but bert, deit, gpt2,
/// roberta and vit.
const HfKeyTable& shape_family_keys(const std::string& family);

/// The shape of such a family from its config.json.
///
/// Sizes have no default: a missing one is refused, with the key that may be its misspelling.
/// Absent keys mean what the transformers library (version 5) means where that is no size: no
/// biases, as many heads of keys as of queries (llama, phi3, bitnet), no window (null). Keys about
/// precision (fp8), rotation, training and generation are ignored, as are modules for the
/// prediction of further tokens; `quant_method: bitnet` makes weights ternary. Throws ConfigError
/// on every key that asks for layers this version does not have.
TransformerSpec read_shape_family(const JsonKeys& file, const std::string& family);

}  // namespace ohm
