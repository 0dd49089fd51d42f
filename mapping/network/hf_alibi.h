// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Keys of bloom; its positions have no table, so that seq_length is the length it was trained on.
HfKeyTable bloom_keys();

/// Keys of mpt outside attn_config.
HfKeyTable mpt_keys();

/// Families whose scores have a bias by distance (Press et al., ALiBi, ICLR 2022) and no table of
/// positions: bloom, which normalises the embedding, and mpt, whose norms and matrices have no
/// biases. What the transformers library (version 5) has no model for is refused.
TransformerSpec read_bloom(const HfReader& r, const std::string& family);
TransformerSpec read_mpt(const HfReader& r, const std::string& family);

}  // namespace ohm
