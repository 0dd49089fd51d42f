// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Trainable values: embeddings, matrices, biases, norms, pooler and classifier; a tied head counts
/// once, with the embedding.
Index parameter_count(const TransformerSpec& spec);

/// Values of the low-rank adapters: rank × (inputs + outputs) of every adapted matrix (Hu et al.,
/// LoRA, ICLR 2022); one for each module of the family (adapter_modules()). Not part of
/// parameter_count(), nor of the operator graph. 0 without adapters.
Index adapter_parameter_count(const TransformerSpec& spec);

/// Values that one token adds to the caches of all layers: 2 kv_width() per layer; under MLA
/// kv_lora_rank + rope_head_dim (DeepSeek-V2, 2024).
Index kv_values_per_token(const TransformerSpec& spec);

/// Tokens that an answer begins with in the second of two stacks: 1, whose keys and values are kept
/// beside those of the source. With one stack 0: answers follow the prompt.
Index start_tokens(const TransformerSpec& spec);

}  // namespace ohm
