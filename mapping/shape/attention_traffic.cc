// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_traffic.h"

#include "mapping/chip/transfers.h"
#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

Index fewest_heads(const TransformerSpec& network, const AttentionSpread& spread) {
  const Index groups = spread.tiles / spread.tiles_per_head;
  return network.n_heads - (groups - 1) * spread.heads_per_tile;
}

}  // namespace

std::int64_t least_operand_bytes(const ShapeCase& c, const ShapeOperator& operand,
                                 const AttentionSpread& spread) {
  const TransformerSpec& network = c.network.spec;
  const AttentionShape shape = attention_shape(network);
  const Index heads = fewest_heads(network, spread);
  Index elements = heads * shape.key + shape.cached;
  if (network.is_latent()) {
    const Index rope = network.rope_head_dim;
    elements = operand.out == rope ? rope : heads * rope;
    if (operand.matrix >= 0) elements = (heads + 1) * shape.value;  // queries folded, the latent
  }
  return bytes_of(elements, c.chip.kv_bits);
}

std::int64_t least_result_bytes(const ShapeCase& c, const AttentionSpread& spread) {
  // tiles that share a head also send the maximum and the sum of its exponentials
  const Index extra = spread.tiles_per_head > 1 ? 2 : 0;
  const Index value = attention_shape(c.network.spec).value;
  const Index elements = fewest_heads(c.network.spec, spread) * (value + extra);
  return bytes_of(elements, c.chip.digital.activation_bits);
}

}  // namespace ohm
