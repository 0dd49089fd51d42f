// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Sizes of what attention multiplies, per token.
///
/// Latent attention in its absorbed form (DeepSeek-AI, DeepSeek-V2, 2024, section 2.1.2): the
/// matrix that would expand latents to keys is folded into the queries, the one that would expand
/// them to values into the outputs. Every head then works on the latent itself, of which there is
/// one.
struct AttentionShape {
  Index heads = 1;
  Index kv_heads = 1;  ///< different keys and values
  Index key = 0;       ///< elements of a query and of a key
  Index value = 0;     ///< elements of a value
  Index cached = 0;    ///< elements that one position keeps per kv head
};

/// The shape of one attention of the network.
AttentionShape attention_shape(const TransformerSpec& spec);

}  // namespace ohm
