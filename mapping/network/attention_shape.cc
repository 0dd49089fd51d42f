// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/attention_shape.h"

namespace ohm {

AttentionShape attention_shape(const TransformerSpec& spec) {
  if (spec.is_latent()) {
    const Index latent = spec.kv_lora_rank + spec.rope_head_dim;
    return {spec.n_heads, 1, latent, spec.kv_lora_rank, latent};
  }
  const Index size = spec.head_size();
  return {spec.n_heads, spec.kv_heads(), size, size, 2 * size};
}

}  // namespace ohm
