// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_traffic.h"

#include <gtest/gtest.h>

#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

void expect_least(const testing::BothWays& b) {
  const ShapeCase c = b.shape();
  for (const Transfer& transfer : b.mapping.transfers) {
    const Operator& op = b.mapping.network.op(transfer.vertex);
    if (op.layer < 0) continue;
    const AttentionSpread& spread = b.layout.attention[static_cast<size_t>(op.layer)];
    std::int64_t least = 0;
    if (transfer.kind == TransferKind::mixed_values) least = least_result_bytes(c, spread);
    if (transfer.kind == TransferKind::heads) {
      const Operator& from = b.mapping.network.op(transfer.from);
      ShapeOperator operand;
      operand.out = from.out_features;
      operand.matrix = from.matmul;
      least = least_operand_bytes(c, operand, spread);
    }
    for (const std::int64_t bytes : transfer.bytes) EXPECT_LE(least, bytes) << op.name;
  }
}

TEST(AttentionTraffic, NoTileGetsOrSendsLess) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek()}) {
    for (const Index macros : {1, 5, 30}) expect_least({spec, testing::one_or_many(macros), {}});
  }
}

TEST(AttentionTraffic, OfWholeHeadsIsExact) {
  const testing::BothWays b(testing::tiny_gpt(), testing::one_or_many(100'000), {});
  // 4 heads of 8 values of 16 bits
  EXPECT_EQ(least_result_bytes(b.shape(), b.layout.attention[0]), 64);
}

}  // namespace
}  // namespace ohm
