// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_traffic.h"

#include <algorithm>

#include "mapping/attention/head_teams.h"
#include "mapping/chip/transfers.h"
#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

struct OperandBytes {
  std::int64_t queries = 0, cached = 0;  // of a team
};

/// As score_operand() has them, of the team with fewest heads.
OperandBytes operand_bytes(const ShapeCase& c, const ShapeOperator& operand, Index heads,
                           bool crosses) {
  const TransformerSpec& network = c.network.spec;
  const AttentionShape shape = attention_shape(network);
  Index queries = heads * shape.key, cached = shape.cached;
  if (network.is_latent()) {
    const Index rope = network.rope_head_dim;
    queries = operand.matrix >= 0 ? heads * shape.value : operand.out == rope ? 0 : heads * rope;
    cached = operand.matrix >= 0 ? shape.value : operand.out == rope ? rope : 0;
  }
  if (operand.keeps) queries = 0;
  if (crosses) cached = 0;
  return {bytes_of(queries, c.chip.query_bits()), bytes_of(cached, c.chip.kv_bits)};
}

}  // namespace

AttentionTraffic::AttentionTraffic(const ShapeCase& c, const LeastWays& ways,
                                   const AttentionSpread& spread)
    : c_(c), ways_(ways), spread_(spread) {}

LeastTraffic AttentionTraffic::operand(const ShapeOperator& operand, bool inside) const {
  const bool crosses = spread_.source > 0;
  const OperandBytes bytes = operand_bytes(c_, operand, spread_.fewest_heads, crosses);
  const Index here = inside ? 1 : 0, away = spread_.tiles - here;
  // the producer's own team may be that tile alone
  const Index teams = spread_.teams - (spread_.tiles_per_team == 1 ? here : 0);
  const Index stores = spread_.teams - here;  // tiles away whose turn it is
  LeastTraffic least;
  if (away <= 0) return least;
  least.time =
      std::max(ways_.multicast(bytes.queries, away),
               std::max(ways_.scatter(bytes.queries, teams), ways_.scatter(bytes.cached, stores)));
  const Index each = std::max<Index>(1, spread_.tiles_per_team - here);
  least.links = teams * ways_.multicast_bytes(bytes.queries, each) +
                ways_.star_bytes(stores * bytes.cached, bytes.cached, stores);
  least.injected = teams * bytes.queries + stores * bytes.cached;
  return least;
}

LeastTraffic AttentionTraffic::round(Index round) const {
  const Index n = spread_.fewest_heads * (attention_shape(c_.network.spec).value + 2);
  const std::int64_t bytes = bytes_of(n, c_.chip.digital.activation_bits);
  const auto sent = bytes * spread_.teams * std::ssize(senders_of(spread_.tiles_per_team, round));
  return {ways_.multicast(bytes, 1), sent, sent};
}

LeastTraffic AttentionTraffic::result(bool inside) const {
  const Index n = spread_.fewest_heads * attention_shape(c_.network.spec).value;
  const std::int64_t bytes = bytes_of(n, c_.chip.digital.activation_bits);
  const Index away = spread_.teams - (inside ? 1 : 0);
  if (away <= 0) return {};
  return {ways_.gather(away * bytes, away), ways_.star_bytes(away * bytes, bytes, away),
          away * bytes};
}

}  // namespace ohm
