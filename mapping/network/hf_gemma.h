// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Keys of gemma2 and gemma3_text.
HfKeyTable later_gemma_keys();

/// gemma; the embedding's scale of √d_model is part of the table.
TransformerSpec read_gemma(const HfReader& r, const std::string& family);

/// gemma2 and gemma3_text: layers that slide and layers that see everything take turns; four norms
/// in a layer; gemma2 caps scores and outputs, gemma3_text normalises queries and keys instead.
/// query_pre_attn_scalar is part of the scale of the queries.
TransformerSpec read_later_gemma(const HfReader& r, const std::string& family);

}  // namespace ohm
