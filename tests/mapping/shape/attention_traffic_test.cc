// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_traffic.h"

#include <gtest/gtest.h>

#include "mapping/schedule/passage.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// What closed forms say of a transfer, whose hub may be one of its tiles.
LeastTraffic least_of(const testing::BothWays& b, const Transfer& transfer) {
  const ShapeCase c = b.shape();
  const Operator& op = b.mapping.network.op(transfer.vertex);
  const LeastWays ways(c.chip, c.chips.columns, c.chips.rows);
  const AttentionTraffic traffic(c, ways, b.layout.attention[static_cast<size_t>(op.layer)]);
  if (transfer.kind == TransferKind::mixed_values) return traffic.result(true);
  if (transfer.kind == TransferKind::partial_values) return traffic.round(transfer.round);
  const Operator& from = b.mapping.network.op(transfer.from);
  ShapeOperator operand;
  operand.out = from.out_features;
  operand.matrix = from.matmul;
  return traffic.operand(operand, true);
}

/// Queries and keys of an operand are one figure.
void expect_least(const testing::BothWays& b) {
  std::map<std::pair<Index, Index>, LeastTraffic> sent, least;  // by vertex, and operand or round
  for (size_t i = 0; i < b.mapping.transfers.size(); ++i) {
    const Transfer& t = b.mapping.transfers[i];
    if (b.mapping.network.op(t.vertex).layer < 0 || t.kind < TransferKind::queries) continue;
    if (t.kind == TransferKind::activation) continue;
    const std::pair key{t.vertex, t.kind == TransferKind::partial_values ? -2 - t.round : t.from};
    const Route& way = b.mapping.routes[i];
    LeastTraffic& all = sent[key];
    const bool moves = !way.links.empty();
    const Picoseconds time = moves ? passage_of(b.mapping.chip, way, "send").latency : 0;
    all.time = std::max(all.time, time);
    all.links += way.link_bytes;
    all.injected += way.injected;
    least[key] = least_of(b, t);
  }
  ASSERT_FALSE(sent.empty());
  for (const auto& [key, all] : sent) {
    EXPECT_LE(least[key].time, all.time) << b.mapping.network.op(key.first).name << key.second;
    EXPECT_LE(least[key].links, all.links) << b.mapping.network.op(key.first).name << key.second;
    EXPECT_LE(least[key].injected, all.injected);
  }
}

TEST(AttentionTraffic, IsNeverMoreThanThatOfAPlacement) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek()}) {
    for (const Index macros : {1, 5, 30}) {
      for (const Index tiles : {0, 1, 3}) {
        ChipSpec chip = testing::one_or_many(macros);
        chip.map.attention_tiles = tiles;
        expect_least({spec, chip, {}});
      }
    }
  }
}

TEST(AttentionTraffic, OfOneRoundIsWhatTheTilesSend) {
  ChipSpec chip = testing::one_or_many(1);
  chip.map.attention_tiles = 2;
  const testing::BothWays b(testing::tiny_gpt(), chip, {});
  const ShapeCase c = b.shape();
  const LeastWays ways(c.chip, c.chips.columns, c.chips.rows);
  // 4 teams of 2 tiles: 8 values, a maximum and a sum, of 16 bits each
  EXPECT_EQ(AttentionTraffic(c, ways, b.layout.attention[0]).round(0).links, 4 * 20);
}

}  // namespace
}  // namespace ohm
