// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/attention_shape.h"

#include <gtest/gtest.h>

#include "mapping/network/parameter_count.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(AttentionShape, OfGroupedQueriesKeepsKeysAndValuesOfTheGroups) {
  const AttentionShape shape = attention_shape(testing::shipped_network("llama-3-70b"));
  EXPECT_EQ(shape.heads, 64);
  EXPECT_EQ(shape.kv_heads, 8);
  EXPECT_EQ(shape.key, 128);
  EXPECT_EQ(shape.value, 128);
  EXPECT_EQ(80 * shape.kv_heads * shape.cached, 160 * 1024);  // bytes per token at 8 bits
}

TEST(AttentionShape, OfLatentAttentionKeepsOneLatentPerPosition) {
  const TransformerSpec spec = testing::shipped_network("deepseek-v3");
  const AttentionShape shape = attention_shape(spec);
  EXPECT_EQ(shape.heads, 128);
  EXPECT_EQ(shape.kv_heads, 1);
  EXPECT_EQ(shape.key, 512 + 64);
  EXPECT_EQ(shape.value, 512);
  EXPECT_EQ(spec.n_layers * shape.cached, kv_values_per_token(spec));
}

TEST(AttentionShape, AgreesWithTheCountOfEveryPresetOfOneStack) {
  for (const char* name : {"gpt2-small", "llama-3-8b", "mixtral-8x7b", "qwen2.5-7b", "t5-small"}) {
    const TransformerSpec spec = testing::shipped_network(name);
    const AttentionShape shape = attention_shape(spec);
    EXPECT_EQ(spec.caching_layers() * shape.kv_heads * shape.cached, kv_values_per_token(spec))
        << name;
  }
}

}  // namespace
}  // namespace ohm
